"""Minutes at the office: issued with the server's key, looked up by QR, amended, void; and the public page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem
from server.security.keys import server_key
from server.services import minutes, numbers
from server.settings import Settings
from sync import seal
from tests.builders import Office, Person

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@dataclass
class Desk:
    """An inspection ready for its minutes, and the office's key."""

    office: Office
    settings: Settings
    leader: Person
    inspection: str

    def issues(self, form: str = "inspection", amends: str | None = None) -> str:
        """Issue minutes at the server."""
        key = server_key(self.settings.instance)
        with self.office.transaction() as session:
            return minutes.issue(session, self.inspection, form, actor=self.leader.id, key=key, now=NOW, amends=amends)

    def voids(self, id: str, reason: str) -> None:
        """Void minutes."""
        with self.office.transaction() as session:
            minutes.void(session, id, reason, actor=self.leader.id, now=NOW)


@pytest.fixture
def desk(office: Office, settings: Settings) -> Desk:
    """A planned fuel inspection of a department with a series."""
    office.has_organisation()
    office.opens_series()
    leader = office.hires("team_leader", "Trần Văn Trưởng")
    site = office.registers_establishment()
    campaign = office.opens_campaign(leader, establishments=[site])
    return Desk(office, settings, leader, office.plans_inspection(campaign, site, leader))


def qr_of(session: Session, id: str) -> str:
    """The text in the QR of issued minutes."""
    state = minutes.as_issued(session, id)
    return seal.qr_text("kiemtra.bacninh.gov.vn", minutes.unpadded(state["cose"]))


def test_the_paper_carries_its_number_and_verifies_offline(desk: Desk, session: Session) -> None:
    id = desk.issues()
    state = minutes.as_issued(session, id)
    assert json.loads(state["canonical"])["number"]["text"] == "01/BB-ĐKT"
    keys = minutes.keys_document(session, NOW)
    found = seal.verify_offline(qr_of(session, id), keys, state["canonical"])
    assert found.outcome is seal.Outcome.VALID
    changed = state["canonical"].replace("BIÊN BẢN", "BIÊN  BẢN")
    assert seal.verify_offline(qr_of(session, id), keys, changed).outcome is seal.Outcome.ALTERED


def test_closing_minutes_issue_the_inspection_and_working_ones_do_not(desk: Desk, session: Session) -> None:
    def status() -> str:
        session.rollback()
        found = documents.get(session, "inspection", desk.inspection)
        assert found is not None
        return str(found.state["status"])

    desk.issues("working")
    assert status() == "planned"
    desk.issues("inspection")
    assert status() == "issued"


def test_an_amendment_leaves_the_first_and_says_so(desk: Desk, session: Session) -> None:
    first = desk.issues()
    before = minutes.as_issued(session, first)["canonical"]
    session.rollback()
    second = desk.issues("amendment", amends=first)
    session.rollback()
    after = minutes.as_issued(session, first)
    assert (after["status"], after["canonical"]) == ("amended", before)
    assert minutes.look_up(session, qr_of(session, first), NOW).register == "amended"
    assert minutes.look_up(session, qr_of(session, second), NOW).register == "registered"
    outcome = seal.verify_offline(qr_of(session, first), minutes.keys_document(session, NOW)).outcome
    assert outcome is seal.Outcome.SUPERSEDED


def test_a_void_keeps_the_number_used(desk: Desk, session: Session) -> None:
    id = desk.issues()
    desk.voids(id, "In hỏng")
    session.rollback()
    assert [r.status for r in numbers.register(session, "BB-ĐKT", 2026)] == ["void"]
    public = minutes.look_up(session, qr_of(session, id), NOW)
    assert (public.outcome, public.register) == ("genuine", "void")
    with pytest.raises(Problem, match="đã hủy"):
        desk.voids(id, "Lần nữa")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_void_needs_a_reason(desk: Desk, reason: str) -> None:
    id = desk.issues()
    with pytest.raises(Problem, match="lý do"):
        desk.voids(id, reason)


SPOILERS: list[tuple[str, Callable[[str], str]]] = [
    ("one character changed", lambda t: t[:-20] + ("A" if t[-20] != "A" else "B") + t[-19:]),
    ("cut", lambda t: t[:-3]),
    ("doubled", lambda t: t + t[-8:]),
    ("not ours", lambda _t: "HTTPS://EXAMPLE.VN/M/ABC"),
    ("template text", lambda _t: "HTTPS://EXAMPLE.VN/M/{{7*7}}"),
]


@pytest.mark.parametrize("spoil", [s[1] for s in SPOILERS], ids=[s[0] for s in SPOILERS])
def test_a_spoilt_code_is_not_genuine(
    desk: Desk, session: Session, client: FlaskClient, spoil: Callable[[str], str]
) -> None:
    code = spoil(qr_of(session, desk.issues()))
    assert minutes.look_up(session, code, NOW).outcome != "genuine"
    page = client.get("/M/" + code.rsplit("/", 1)[-1])
    assert page.status_code == 200
    assert "✓" not in page.get_data(as_text=True)


def test_the_public_page_says_number_and_status_and_nothing_personal(
    desk: Desk, session: Session, client: FlaskClient
) -> None:
    code = qr_of(session, desk.issues()).rsplit("/", 1)[-1]
    for path in (f"/M/{code}", f"/m/{code}", f"/m/{code.lower()}"):
        text = client.get(path).get_data(as_text=True)
        assert "01/BB-ĐKT" in text
        assert "Đã vào sổ" in text
        for secret in ("Cửa hàng xăng dầu", "Trần Thị Bán", desk.leader.name, "không đạt"):
            assert secret not in text


def test_the_key_list_is_public_and_names_no_person(desk: Desk, client: FlaskClient) -> None:
    desk.issues()
    answer = client.get("/.well-known/minutes-keys.json")
    assert answer.status_code == 200
    assert [k["holder"] for k in answer.get_json()["keys"]] == ["server"]
    assert desk.leader.name not in answer.get_data(as_text=True)


def test_a_number_known_nowhere_else_is_not_yet_registered(desk: Desk, session: Session) -> None:
    """Printed offline, not yet synced: genuine, and the register does not know it yet."""
    kit = desk.office.enrols(desk.leader)
    claims = seal.Claims(series="BB-ĐKT", year=2026, number=7, issued_at=int(NOW.timestamp()),
                         sha256=seal.digest("{}"), establishment=desk.inspection)  # fmt: skip
    found = minutes.look_up(session, seal.qr_text("h.vn", seal.seal(claims, kit.key)), NOW)
    assert (found.outcome, found.register) == ("genuine", "not_yet")


def test_minutes_verify_needs_no_network(desk: Desk, session: Session, tmp_path: Path) -> None:
    id = desk.issues()
    (tmp_path / "keys.json").write_text(json.dumps(minutes.keys_document(session, NOW)))
    (tmp_path / "minutes.json").write_text(json.dumps(minutes.as_issued(session, id)))
    run = desk.office.app.test_cli_runner().invoke
    keys = ["--keys", str(tmp_path / "keys.json"), "--json"]
    good = run(args=["minutes", "verify", str(tmp_path / "minutes.json"), *keys])
    assert (good.exit_code, json.loads(good.output)["outcome"]) == (0, "valid")
    assert run(args=["minutes", "verify", qr_of(session, id), *keys]).exit_code == 0
    bad = run(args=["minutes", "verify", qr_of(session, id)[:-4], *keys])
    assert (bad.exit_code, json.loads(bad.output)["outcome"]) == (1, "altered")


def test_minutes_are_read_by_their_team_and_the_office_only(desk: Desk, app: Flask) -> None:
    path = f"/api/v1/minutes/{desk.issues()}.pdf"
    stranger, clerk = desk.office.hires("inspector"), desk.office.hires("clerk")
    for person, status in ((desk.leader, 200), (clerk, 200), (stranger, 404)):
        kit = desk.office.enrols(person) if person is not clerk else None
        browser = app.test_client()
        page = browser.get("/sign-in").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {"username": person.username, "password": person.password, "csrf_token": token[1]}
        browser.post("/sign-in", data=form, headers={"Referer": "https://localhost/sign-in"})
        assert browser.get(path).status_code == status
        if kit is not None:
            assert app.test_client().get(path, headers=kit.headers).status_code == status
