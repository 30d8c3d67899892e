"""Who saw and did what: views of personal data are noted for people, never for tablets, and nobody changes the notes."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry
from server.db.views import View
from server.extensions import db
from server.services import blank_desk, hello, journal, lease_reports, number_desk, release, tablets
from server.services.kind_words import DOCUMENT_KINDS
from server.web.access import SHOWS, WHO
from sync.kinds import KINDS
from tests.builders import Office
from tests.server.counting import statements
from tests.server.pages.scene import Desk, Scene, scene_of

NOTHING_PERSONAL = frozenset({
    "account", "checklist_pages", "limits", "standards", "work_calendar", "numbers", "programme", "planning", "reports", "follow_up",
    "imports", "tablets", "other_inspections", "campaign_sites", "review", "printing", "blanks", "instruments", "mergers", "trail", "organisations",
    "marks", "marks_out", "verification_reports",
})  # fmt: skip
"""Families of pages that show nobody's data beyond the names of the office's own people and of sites."""
ASKING = frozenset({
    "inspection_papers.ask", "samples.ask_for_result", "verification.ask_to_open", "verification.ask_to_amend",
})  # fmt: skip
"""Questions before an act that is journalled itself."""


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection."""
    return scene_of(office, client)


@pytest.fixture
def desk(scene: Scene, app: Flask) -> Desk:
    """The supervisor's browser."""
    return Desk(app.test_client()).signs_in(scene.supervisor)


def noted(database: Session) -> list[tuple[str, str, str, str]]:
    """Every view: who, act, kind, document."""
    database.rollback()
    return [(v.user_id, v.act, v.kind, v.doc_id) for v in database.scalars(select(View).order_by(View.id))]


def test_what_a_person_opens_is_noted_once(desk: Desk, scene: Scene, database: Session) -> None:
    who = scene.supervisor.id
    desk.opens("/")
    desk.opens(scene.path)
    desk.client.get(f"/api/v1/minutes/{scene.minutes_id}.pdf").close()
    desk.opens("/inspections/00000000-0000-4000-8000-000000000000", 404)
    assert noted(database) == [
        (who, "signed_in", "account", who), (who, "saw", "inspection", scene.site.inspection), (who, "took", "minutes", scene.minutes_id),
    ]  # fmt: skip
    assert database.scalars(select(View.address)).all() == ["127.0.0.1"] * 3


def test_wrong_passwords_are_noted_without_what_was_typed(desk: Desk, scene: Scene, database: Session) -> None:
    other = Desk(desk.client.application.test_client())
    page = other.opens("/sign-in")
    for name, password in ((scene.supervisor.username, "mat-khau-sai-9"), ("mat-khau-go-nham-o-ten", "x")):
        assert other.sends(page, "/sign-in", username=name, password=password).status_code == 401
    assert noted(database)[1:] == [
        (scene.supervisor.id, "refused", "account", scene.supervisor.id), ("", "refused", "account", ""),
    ]  # fmt: skip
    page = desk.opens("/trail?what=saw")
    assert page.count("Đăng nhập sai") == 2
    assert "(không có tài khoản này)" in page
    rows = database.execute(text("SELECT * FROM view")).all()
    assert not any("mat-khau" in str(cell) for row in rows for cell in row)


def test_a_tablet_that_pulls_or_prints_is_no_view(scene: Scene, database: Session) -> None:
    scene.tablet.pull()
    scene.client.get(f"/api/v1/minutes/{scene.minutes_id}.json", headers=scene.kit.headers).close()
    assert noted(database) == []


@pytest.mark.parametrize("change", ["UPDATE view SET user_id = 'x'", "DELETE FROM view"])
def test_the_notes_refuse_every_change(desk: Desk, database: Session, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        database.execute(text(change))
    database.rollback()
    assert len(noted(database)) == 1


def test_a_page_is_shown_also_where_the_note_fails(
    app: Flask, desk: Desk, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE view RENAME TO view_gone")
    desk.opens(scene.path)
    assert "view not noted" in caplog.text
    assert scene.site.inspection in caplog.text


def test_the_trail_says_who_saw_and_did_what(desk: Desk, scene: Scene) -> None:
    desk.opens(scene.path)
    page = desk.opens("/trail")
    assert "Cuộc kiểm tra: Cửa hàng xăng dầu số 1" in page
    assert "Đăng nhập" in page
    assert "Kết quả mục FU11" in page
    saw = desk.opens("/trail?what=saw")
    assert "Cuộc kiểm tra: Cửa hàng" in saw
    assert "mục FU11" not in saw
    mine = desk.opens(f"/trail?what=did&person={scene.leader.id}")
    assert "mục FU11" in mine
    assert "Lê Thị Thành Viên</td>" not in mine
    one = desk.opens(f"/trail?document={scene.site.inspection}")
    assert "Xem</td>" in one.replace("\n", "")
    assert "mục FU11" not in one


def test_days_are_those_of_viet_nam(desk: Desk, office: Office) -> None:
    row = {"user_id": "x", "act": "saw", "kind": "case", "doc_id": "", "page": "", "address": "10.9.8.7"}
    with office.transaction() as session:
        session.execute(insert(View).values(at=datetime(2021, 8, 4, 17, 0, tzinfo=UTC), **row))
    assert "10.9.8.7" in desk.opens("/trail?first=2021-08-05&last=2021-08-05")
    for fields in ("first=2021-08-06&last=2021-08-07", "last=2021-08-04"):
        assert "10.9.8.7" not in desk.opens(f"/trail?{fields}")


@pytest.mark.parametrize(
    "query",
    [
        "page=x",
        "page=999999999",
        "first=hôm+qua",
        "person=%27+OR+1%3D1",
        "document=" + "x" * 500,
        "what=all",
        "last=0001-01-01",
    ],
)
def test_odd_questions_get_a_page(desk: Desk, query: str) -> None:
    desk.opens(f"/trail?{query}")


def test_pages_follow_each_other_without_a_gap(desk: Desk, office: Office) -> None:
    begin = datetime(2021, 1, 1, tzinfo=UTC)
    rows = [{"at": begin + timedelta(seconds=n), "user_id": "x", "act": "saw", "kind": "case", "doc_id": "d", "page": "", "address": f"a{n:03}"}
            for n in range(120)]  # fmt: skip
    with office.transaction() as session:
        session.execute(insert(View), rows)
    pages = [desk.opens(f"/trail?document=d&page={n}") for n in (1, 2, 3)]
    seen = [f"a{n:03}" for n in range(119, -1, -1)]
    assert [[a for a in seen if f">{a}<" in page] for page in pages] == [seen[:50], seen[50:100], seen[100:]]
    assert "Cũ hơn" not in pages[2]


def test_a_page_asks_the_same_number_of_questions_however_much_there_is(app: Flask, desk: Desk, scene: Scene) -> None:
    def questions() -> int:
        with statements(app) as asked:
            desk.opens("/trail")
        return len(asked)

    desk.opens(scene.path)
    few = questions()
    assert few < 15
    for _ in range(5):
        desk.opens(scene.path)
    scene.office.registers_establishment(name="Cơ sở khác")
    assert questions() == few


def test_the_trail_is_a_file_and_taking_it_is_noted(desk: Desk, scene: Scene, database: Session) -> None:
    desk.opens(scene.path)
    with desk.client.get("/trail?export=csv&what=saw") as answer:
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert [row[2] for row in rows[1:]] == ["Xem", "Đăng nhập"]
    assert noted(database)[-1] == (scene.supervisor.id, "took", "trail", "")


def test_whatever_is_journalled_has_a_name(desk: Desk, scene: Scene, database: Session) -> None:
    scene.office.registers_establishment(name="Cơ sở khác")
    desk.opens("/trail")
    named = DOCUMENT_KINDS.keys() | {"account"}
    assert {*database.scalars(select(JournalEntry.kind))} - named == set()
    assert KINDS.keys() - named == set()
    by_the_server = {
        blank_desk.RESERVED, hello.KNOWN_GAP, lease_reports.ADOPTED, lease_reports.CONFLICT, number_desk.RETURNED,
        number_desk.VOIDED, release.DECISION, tablets.RESUMPTION, tablets.REVOCATION,
    }  # fmt: skip
    assert by_the_server - named == set()
    rows = re.findall(r'<td><a href="/trail\?document=[^"]+">([^<]+)</a></td>', desk.opens("/trail?what=did"))
    assert {"Cơ sở", "Cuộc kiểm tra"} <= set(rows)
    assert [row for row in rows if re.fullmatch(r"[A-Za-z_]+", row)] == []


def test_who_may_read_the_trail(app: Flask, office: Office) -> None:
    for role, status in (("inspector", 403), ("clerk", 403), ("supervisor", 200), ("admin", 200)):
        Desk(app.test_client()).signs_in(office.hires(role)).opens("/trail", status)


def test_the_columns_beside_an_entry_are_verified(app: Flask, scene: Scene) -> None:
    with app.app_context():
        assert journal.verify(db.session()).is_whole
        with db.engine.begin() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            connection.exec_driver_sql(
                "DROP TRIGGER journal_no_update" if is_sqlite else "ALTER TABLE journal DISABLE TRIGGER ALL"
            )
            connection.exec_driver_sql("UPDATE journal SET actor = 'somebody else' WHERE kind = 'finding'")
        db.session.rollback()
        assert "các cột bên cạnh" in journal.verify(db.session()).broken[0]["reason"]


def test_each_page_with_somebodys_data_is_noted_or_said_to_show_none(app: Flask) -> None:
    assert SHOWS.keys() <= WHO.keys()
    pages = {
        rule.endpoint for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments and "admin" in WHO[rule.endpoint]
    }  # fmt: skip
    assert {page for page in pages - SHOWS.keys() - ASKING if page.partition(".")[0] not in NOTHING_PERSONAL} == set()
