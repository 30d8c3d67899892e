"""Printing at the office: once for each paper, again only with a reason, two clerks at once, nothing lost when it fails."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from server.db.journal import JournalEntry
from server.db.numbers import MinutesPaper
from server.db.prints import PaperPrint
from server.errors import Problem
from server.services import journal, print_batches, print_log, print_queue
from server.services.print_batches import Wanted
from tests.builders import Person
from tests.server.counting import statements
from tests.server.services.test_minutes import Desk, desk

__all__ = ["desk"]
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def clerk(desk: Desk) -> Person:
    """Văn thư."""
    return desk.office.hires("clerk", "Vũ Thị Văn Thư")


def waiting(desk: Desk, **asked: str) -> list[str]:
    with desk.office.transaction() as session:
        return [row.id for row in print_queue.queue(session, print_queue.Filter.of(asked)).rows]


def starts(desk: Desk, who: Person, papers: list[str], reason: str = "", id: str | None = None, **more: Any) -> str:
    wanted = Wanted(id or str(uuid4()), papers, reason=reason, **more)
    with desk.office.transaction() as session:
        print_batches.start(session, wanted, actor=who.id, now=NOW)
    return wanted.id


def finishes(desk: Desk, who: Person, batch: str, papers: list[str], reason: str = "") -> tuple[int, int]:
    with desk.office.transaction() as session:
        return print_batches.finish(session, batch, papers, reason, actor=who.id, now=NOW)


def log(desk: Desk, **asked: str) -> list[tuple[str, str, int, str]]:
    with desk.office.transaction() as session:
        found = print_log.listing(session, print_log.Filter.of(asked)).rows
        return sorted((row.text, row.outcome, row.copies, row.reason) for row in found)


def is_whole(desk: Desk) -> bool:
    with desk.office.transaction() as session:
        report = journal.verify(session)
        assert report.differences == []
        return report.is_whole


def test_a_paper_waits_until_somebody_says_that_it_is_printed(desk: Desk, clerk: Person) -> None:
    first, second = desk.issues("announcement"), desk.issues()
    assert waiting(desk) == [first, second]
    batch = starts(desk, clerk, [second, first], copies=3)
    assert waiting(desk) == [first, second], "sent to the printer is not printed"
    with desk.office.transaction() as session:
        assert [row.at_printer for row in print_queue.queue(session, print_queue.Filter()).rows] == [clerk.name] * 2
        assert [i.row.id for i in print_batches.batch(session, batch).items] == [first, second], "in the order of issue"
    assert finishes(desk, clerk, batch, [first]) == (1, 1)
    assert waiting(desk) == [second]
    assert finishes(desk, clerk, batch, [first, second]) == (0, 0), "a form sent twice"
    assert log(desk) == [("01/BB-ĐKT", "printed", 3, ""), ("02/BB-ĐKT", "failed", 3, "")]
    assert is_whole(desk)


def test_the_same_form_twice_is_one_batch(desk: Desk, clerk: Person) -> None:
    paper, id = desk.issues(), str(uuid4())
    starts(desk, clerk, [paper], id=id)
    starts(desk, clerk, [paper], id=id)
    assert len(log(desk)) == 1


def test_a_reprint_needs_a_reason_and_the_log_is_never_rewritten(desk: Desk, clerk: Person) -> None:
    paper = desk.issues()
    finishes(desk, clerk, starts(desk, clerk, [paper]), [paper])
    with pytest.raises(Problem, match="Phải ghi lý do in lại: 01/BB-ĐKT"):
        starts(desk, clerk, [paper])
    finishes(desk, clerk, starts(desk, clerk, [paper], "Bản lưu bị ướt"), [paper])
    assert log(desk) == [("01/BB-ĐKT", "printed", 2, ""), ("01/BB-ĐKT", "printed", 2, "Bản lưu bị ướt")]
    assert log(desk, again="on") == [("01/BB-ĐKT", "printed", 2, "Bản lưu bị ướt")]
    with desk.office.transaction() as session:
        entries = session.scalars(select(JournalEntry.entry).where(JournalEntry.kind == "print"))
        assert [json.loads(entry)["actor"] for entry in entries] == [clerk.id] * 4, "two begun, two ended"
    assert is_whole(desk)


def test_two_clerks_with_one_paper_are_told_of_each_other(desk: Desk, clerk: Person) -> None:
    paper, other = desk.issues(), desk.office.hires("clerk", "Đỗ Văn Hai")
    mine, theirs = starts(desk, clerk, [paper]), starts(desk, other, [paper])
    assert finishes(desk, other, theirs, [paper]) == (1, 0)
    with pytest.raises(Problem, match="vừa được người khác in"):
        finishes(desk, clerk, mine, [paper])
    with desk.office.transaction() as session:
        (item,) = print_batches.batch(session, mine).printed_meanwhile
        assert item.earlier[0].by == "Đỗ Văn Hai"
    assert finishes(desk, clerk, mine, [paper], "Hai người cùng in, giữ cả hai") == (1, 0)
    assert [row[3] for row in log(desk)].count("Hai người cùng in, giữ cả hai") == 1
    assert is_whole(desk)


def test_two_clerks_at_the_very_same_moment_print_once_without_a_reason(desk: Desk, clerk: Person) -> None:
    paper, other = desk.issues(), desk.office.hires("clerk", "Đỗ Văn Hai")
    batches = [(clerk, starts(desk, clerk, [paper])), (other, starts(desk, other, [paper]))]
    gate, outcomes = threading.Barrier(2), list[str]()

    def tells(who: Person, batch: str) -> None:
        gate.wait()
        try:
            finishes(desk, who, batch, [paper])
            outcomes.append("printed")
        except Problem:
            outcomes.append("refused")

    threads = [threading.Thread(target=tells, args=one) for one in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["printed", "refused"]
    assert sorted(row[1] for row in log(desk)) == ["open", "printed"]


def test_printed_at_the_site_leaves_the_queue_on_the_clerks_word(desk: Desk, clerk: Person) -> None:
    paper = desk.issues()

    def tells(reason: str) -> int:
        with desk.office.transaction() as session:
            return print_batches.printed_elsewhere(session, str(uuid4()), [paper], reason, actor=clerk.id, now=NOW)

    with pytest.raises(Problem, match="Phải ghi căn cứ"):
        tells(" ")
    assert tells("Đoàn in, ký tại cơ sở") == 1
    assert tells("lần nữa") == 0
    assert waiting(desk) == []
    with pytest.raises(Problem, match="lý do in lại"):
        starts(desk, clerk, [paper])
    assert log(desk) == [("01/BB-ĐKT", "elsewhere", 0, "Đoàn in, ký tại cơ sở")]


def test_what_is_void_is_not_printed(desk: Desk, clerk: Person) -> None:
    paper = desk.issues()
    desk.voids(paper, "Nhầm cơ sở")
    assert waiting(desk) == []
    with pytest.raises(Problem, match="đã hủy thì không in: 01/BB-ĐKT"):
        starts(desk, clerk, [paper])


def test_papers_that_are_not_there_and_too_many_are_refused(desk: Desk, clerk: Person) -> None:
    with pytest.raises(Problem, match="không còn trong sổ"):
        starts(desk, clerk, [str(uuid4())])
    for papers, said in (
        ([], "Chưa chọn"),
        ([str(uuid4()) for _ in range(101)], "tối đa 100"),
        (["x"], "không đầy đủ"),
    ):
        with pytest.raises(Problem, match=said):
            print_batches.chosen(papers)
    for copies in ("0", "11", "-1", "hai", "", "1" * 50, "0010000"):
        with pytest.raises(Problem, match="từ 1 đến 10"):
            Wanted.of(str(uuid4()), [str(uuid4())], {"copies": copies})


def test_the_queue_is_filtered(desk: Desk) -> None:
    paper = desk.issues()
    for asked, count in (
        ({"q": "cua hang xang"}, 1), ({"q": "01/bb"}, 1), ({"q": "100%"}, 0), ({"form": "inspection"}, 1),
        ({"form": "announcement"}, 0), ({"series": "BB-ĐKT"}, 1), ({"series": "'"}, 0), ({"origin": "here"}, 1),
        ({"origin": "tablet"}, 0), ({"on": "2026-11-24"}, 1), ({"on": "2026-11-23"}, 0), ({"on": "9999-12-31"}, 0),
        ({"on": "0001-01-01"}, 0), ({"campaign": "x"}, 0), ({"page": "99"}, 1),
    ):  # fmt: skip
        assert waiting(desk, **asked) == [paper] * count, asked


def test_the_queue_asks_as_often_for_many_as_for_one(desk: Desk) -> None:
    desk.issues("announcement")

    def asks() -> int:
        with statements(desk.office.app) as asked:
            waiting(desk)
        return len(asked)

    before = asks()
    desk.issues()
    assert asks() == before


def test_verify_tells_of_rows_that_are_not_what_the_documents_say(desk: Desk, clerk: Person) -> None:
    paper = desk.issues()
    starts(desk, clerk, [paper])
    with desk.office.transaction() as session:
        session.execute(update(PaperPrint).values(copies=9))
        session.execute(update(MinutesPaper).values(form="working"))
    with desk.office.transaction() as session:
        assert len(journal.verify(session).differences) == 2
        session.execute(delete(PaperPrint))
        assert any("paper_print" in said for said in journal.verify(session).differences)
