"""The review queue: order, filters, counts, neighbours, and approving several clean inspections at once."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.db import documents
from server.extensions import db
from tests.builders import Office
from tests.server.counting import statements
from tests.server.pages.scene import NASTY, Desk
from tests.server.pages.waiting import Desks, Waiting

DAYS = timedelta(days=1)


@pytest.fixture
def desks(office: Office) -> Desks:
    """A team whose inspections come in."""
    return Desks(office, office.hires("team_leader", "Đỗ Văn Đoàn"))


@pytest.fixture
def desk(desks: Desks, client: FlaskClient) -> Desk:
    """A supervisor, signed in."""
    return Desk(client).signs_in(desks.office.hires("supervisor", "Nguyễn Thanh Bình"))


def names(page: str) -> list[str]:
    """The queue from the top."""
    return [html.unescape(name) for name in re.findall(r"<a data-row [^>]*>([^<]+)</a>", page)]


def status_of(office: Office, one: Waiting) -> str:
    """The inspection's present status."""
    with office.app.app_context():
        found = documents.get(db.session(), "inspection", one.id)
        assert found is not None
        return str(found.state["status"])


def three(desks: Desks) -> tuple[Waiting, Waiting, Waiting]:
    """One clean, one with something against it, one without its signed copy; the newest first."""
    now = datetime.now(UTC)
    return (
        desks.files("Cửa hàng Một", issued_at=now - DAYS),
        desks.files("Cửa hàng Hai", answer="nonconforming", issued_at=now - 9 * DAYS),
        desks.files("Cửa hàng Ba", signed=False, issued_at=now - 20 * DAYS),
    )


def test_the_oldest_comes_first_and_filters_narrow(desks: Desks, desk: Desk) -> None:
    one, two, three_ = three(desks)
    page = desk.opens("/review")
    assert names(page) == ["Cửa hàng Ba", "Cửa hàng Hai", "Cửa hàng Một"]
    assert "Chờ duyệt <b>3</b>" in page
    assert re.findall(r"(\d+) ngày</td>", page) == ["20", "9", "1"]
    for query, found in (
        ("verdict=nonconforming", [two]), ("verdict=conforming", [three_, one]), ("warning=any", [three_]), ("warning=none", [two, one]),
        ("warning=unsigned", [three_]), ("warning=conflicts", []), ("warning=held", []), ("age=7", [three_, two]), ("age=60", []),
        ("q=HAI", [two]), ("q=do+van+doan+mot", [one]), ("q=khong+co", []), ("state=approved", []), (f"campaign={one.campaign}", [three_, two, one]),
        ("campaign=x", []), ("age=8", [three_, two, one]), ("verdict=%27--&page=0&warning=x&state=planned", [three_, two, one]),
    ):  # fmt: skip
        assert names(desk.opens(f"/review?{query}")) == [each.name for each in found], query


def test_neighbours_lead_through_the_queue_as_filtered(desks: Desks, desk: Desk) -> None:
    one, two, three_ = three(desks)
    page = desk.opens(f"{two.path}?queue=")
    assert "Thứ 2 trong 3 hồ sơ" in page
    assert f'rel="prev" data-keys="k ArrowLeft" href="{three_.path}?queue="' in page
    assert f'rel="next" data-keys="j ArrowRight" href="{one.path}?queue="' in page
    page = desk.opens(f"{three_.path}?queue=verdict%3Dconforming")
    assert f'href="{one.path}?queue=verdict%3Dconforming"' in page
    assert 'rel="prev"' not in page
    assert "Thứ" not in desk.opens(two.path), "opened from elsewhere, it stands in no queue"
    for odd in ("%26%26%3D", "a%3D1%26" * 30, "state%3Dx", "q%3D%2500", "q%3D%ff", "%ff"):
        desk.opens(f"{two.path}?queue={odd}")


def test_after_a_decision_the_next_one_opens(desks: Desks, desk: Desk) -> None:
    one, two, three_ = three(desks)
    page = desk.opens(f"{two.path}?queue=")
    asked = desk.sends(page, f"{two.path}/review", decision="approved").get_data(as_text=True)
    done = desk.sends(asked, f"{two.path}/review")
    assert (done.status_code, done.headers["Location"]) == (303, f"{one.path}?queue=")
    page = desk.opens(f"{one.path}?queue=")
    assert "Đã phê duyệt: Cửa hàng Hai." in page
    asked = desk.sends(page, f"{one.path}/review", decision="returned", remark="Thiếu").get_data(as_text=True)
    assert desk.sends(asked, f"{one.path}/review").headers["Location"] == "/review", "it was the last"
    assert names(desk.opens("/review")) == [three_.name]
    assert names(desk.opens("/review?state=approved")) == [two.name]


def approves(desk: Desk, ids: list[str]) -> Any:
    """Tick rows and press the button."""
    return desk.sends(desk.opens("/review"), "/review/approvals", inspection=ids)


def test_only_clean_ones_can_be_ticked_and_the_others_say_why(desks: Desks, desk: Desk) -> None:
    one, two, three_ = three(desks)
    page = desk.opens("/review")
    assert re.findall(r'<input type="checkbox" name="inspection" value="([^"]+)"', page) == [one.id]
    said = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "⚠ 1 mục không đạt" in said
    assert "⚠ chờ bản ký" in said
    asked = approves(desk, [one.id, two.id, three_.id]).get_data(as_text=True)
    assert "Phê duyệt 1 hồ sơ?" in asked
    assert "Cửa hàng Hai</a>: 1 mục không đạt" in asked
    assert "Cửa hàng Ba</a>: chưa có ảnh bản ký" in asked
    assert desk.sends(asked, "/review/approvals").status_code == 303
    assert [status_of(desks.office, each) for each in (one, two, three_)] == ["approved", "issued", "issued"]
    assert "Đã phê duyệt 1 cuộc kiểm tra." in desk.opens("/review")


def test_what_changed_meanwhile_is_left_and_the_rest_is_done(desks: Desks, desk: Desk) -> None:
    first, second = desks.files("Cửa hàng Một"), desks.files("Cửa hàng Hai")
    asked = approves(desk, [first.id, second.id]).get_data(as_text=True)
    assert "Phê duyệt 2 hồ sơ?" in asked
    state = {"inspection_id": second.id, "text": "Bổ sung nhãn", "state": "open", "finding_ids": []}
    desks.office.records("requirement", f"campaign:{second.campaign}", state, parent=second.id)
    ids = re.findall(r'name="inspection" value="([^"]+)"', asked)
    answer = desk.sends(asked, "/review/approvals", inspection=ids).get_data(as_text=True)
    assert "Đã phê duyệt 1 hồ sơ, còn 1 hồ sơ chưa duyệt" in answer
    assert "Cửa hàng Hai</a>: có thay đổi sau khi bạn mở trang (Hệ thống: yêu cầu khắc phục)" in answer
    assert [status_of(desks.office, each) for each in (first, second)] == ["approved", "issued"]
    again = desk.sends(asked, "/review/approvals", inspection=[first.id])
    assert again.status_code == 303, "sent twice it is harmless"


@pytest.mark.parametrize(
    ("ids", "status"), [([], 400), (["x"], 404), (["00000000-0000-4000-8000-000000000000"], 404), (["a"] * 30, 404)]
)
def test_forged_ids_are_refused(desks: Desks, desk: Desk, ids: list[str], status: int) -> None:
    one = desks.files("Cửa hàng Một")
    assert approves(desk, ids).status_code == status
    assert status_of(desks.office, one) == "issued"


def test_a_forged_number_does_not_approve_what_is_not_clean(desks: Desks, desk: Desk) -> None:
    bad = desks.files("Cửa hàng Một", answer="nonconforming")
    given = {"inspection": [bad.id], f"seen-{bad.id}": "999999999", "confirm": "1"}
    answer = desk.sends(desk.opens("/review"), "/review/approvals", **given)
    assert "1 mục không đạt" in answer.get_data(as_text=True)
    given[f"seen-{bad.id}"] = "x"
    assert desk.sends(desk.opens("/review"), "/review/approvals", **given).status_code == 400
    assert status_of(desks.office, bad) == "issued"


def test_very_long_and_hostile_names_are_shown_whole_on_their_page(desks: Desks, desk: Desk) -> None:
    long = desks.files("Ắ" * 497 + " dài")
    nasty = desks.files(NASTY)
    page = desk.opens("/review")
    assert "<script>alert(1)" not in page
    assert "…" in page or "..." in page
    assert long.name in desk.opens(f"{long.path}?queue=q%3D<script>")
    assert approves(desk, [long.id, nasty.id]).status_code == 200


@pytest.mark.parametrize("role", ["inspector", "team_leader", "clerk"])
def test_the_queue_is_the_supervisors(office: Office, client: FlaskClient, role: str) -> None:
    Desk(client).signs_in(office.hires(role)).opens("/review", 403)


def test_the_queue_asks_the_database_as_often_for_many_as_for_few(desks: Desks, desk: Desk) -> None:
    counts = []
    for size in (2, 9):
        for n in range(size):
            desks.files(f"Cửa hàng {n}", signed=n % 2 == 0)
        with statements(desks.office.app) as asked:
            desk.opens("/review?q=cua&warning=any")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 12


def test_a_picture_used_at_two_sites_is_named_on_both_and_neither_is_clean(desks: Desks, desk: Desk) -> None:
    first, second = desks.files("Cửa hàng Một"), desks.files("Cửa hàng Hai")
    for one in (first, second):
        state = {"inspection_id": one.id, "finding_id": one.finding, "purpose": "evidence", "status": "complete", "exif": {},
                 "sha256": "ab" * 32, "taken_at": "2021-08-05T09:00:00+07:00", "warnings": []}  # fmt: skip
        desks.office.records("photo", f"campaign:{one.campaign}", state, parent=one.id)
    page = desk.opens("/review")
    assert page.count("1 ảnh dùng lại") == 2
    assert 'type="checkbox"' not in page
    for one, other in ((first, second), (second, first)):
        page = desk.opens(one.path)
        assert f"Ảnh này đã dùng ở cuộc kiểm tra khác: {other.name}." in page
        assert f'<a href="{other.path}">Mở cuộc đó</a>' in page
    assert "1 ảnh cần xem lại" in approves(desk, [first.id]).get_data(as_text=True)
