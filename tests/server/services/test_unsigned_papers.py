"""Minutes that wait for their signed copy: until a photo of the signed pages has come, and no longer."""

from __future__ import annotations

from datetime import timedelta

from server.services import unsigned_papers
from server.services.unsigned_papers import Filter
from tests.server.counting import statements
from tests.server.services.test_minutes import NOW, Desk, desk
from tests.server.services.test_papers import photographs_the_pages

__all__ = ["desk"]


def waiting(desk: Desk, days: int = 10, **asked: str) -> list[tuple[str, int | None]]:
    with desk.office.transaction() as session:
        found = unsigned_papers.listing(session, Filter.of(asked), NOW + timedelta(days=days))
        return [(row.text, row.days) for row in found.rows]


def test_minutes_wait_until_their_signed_pages_are_there(desk: Desk) -> None:
    desk.issues("announcement")
    desk.issues()
    assert waiting(desk) == [("01/BB-ĐKT", 10), ("02/BB-ĐKT", 10)]
    with desk.office.transaction() as session:
        ((lead, rows),) = unsigned_papers.by_leader(session, Filter(), NOW)
        assert (lead, len(rows)) == ("Trần Văn Trưởng", 2)
        found = unsigned_papers.listing(session, Filter(), NOW)
        assert [(name, count) for _id, name, count in found.leads] == [("Trần Văn Trưởng", 2)]
        assert len(list(unsigned_papers.export(session, Filter(), NOW).rows)) == 2
    photographs_the_pages(desk)
    assert waiting(desk) == []


def test_they_are_filtered_by_age_team_and_words(desk: Desk) -> None:
    paper = desk.issues()
    for asked, days, is_there in (
        ({"age": "7"}, 7, True), ({"age": "7"}, 6, False), ({"age": "8"}, 0, True), ({"lead": desk.leader.id}, 0, True),
        ({"lead": "x"}, 0, False), ({"q": "song mai"}, 0, True), ({"q": "xyz"}, 0, False), ({"campaign": "x"}, 0, False),
    ):  # fmt: skip
        assert waiting(desk, days, **asked) == [("01/BB-ĐKT", days)] * is_there, asked
    with desk.office.transaction() as session:
        wanted = Filter.of({"age": "7", "lead": desk.leader.id, "q": "song mai"})
        said = unsigned_papers.export(session, wanted, NOW).filters
        assert said == [("Chờ từ", "7 ngày"), ("Người phụ trách", "Trần Văn Trưởng"), ("Tìm", "song mai")]
    desk.voids(paper, "Nhầm")
    assert waiting(desk) == []


def test_it_asks_as_often_for_two_as_for_one(desk: Desk) -> None:
    desk.issues("announcement")
    with statements(desk.office.app) as one:
        waiting(desk)
    desk.issues()
    with statements(desk.office.app) as two:
        waiting(desk)
    assert len(two) == len(one)
