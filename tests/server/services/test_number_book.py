"""The register as a book: every number accounted for, filtered, paged, exported and on paper, as the old one said it."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime

import pdfplumber
import pytest
from sqlalchemy import insert

from server.db.devices import Device
from server.db.numbers import MinutesNumber, NumberLease, SeriesYear
from server.errors import Problem
from server.printing import registers
from server.services import number_book, numbers
from server.services.number_book import Filter
from server.services.number_desk import Book
from tests.server.counting import statements
from tests.server.services.test_minutes import NOW, Desk, desk

__all__ = ["desk"]
BOOK = Book("BB-ĐKT", "BB-ĐKT", 2026)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Every kind of number: issued 1; leased 2-6, of which 2 void, 5 and 6 given back; reserved 7-8; 9 is a gap."""
    desk.issues()
    kit = desk.office.enrols(desk.leader)
    with desk.office.transaction() as session:
        device = session.get_one(Device, kit.device_id)
        lease = numbers.grant(session, device, "BB-ĐKT", 2026, 5, NOW)
        numbers.void(session, "BB-ĐKT", 2026, 2, "In hỏng", NOW)
        numbers.give_back(session, lease.id, device, 5, NOW)
        numbers.reserve(session, "BB-ĐKT", 2026, 2, "Đoàn xăng dầu", NOW)
        session.get_one(SeriesYear, ("BB-ĐKT", 2026)).next_number = 10
    return desk


def shown(desk: Desk, **asked: str) -> list[int]:
    with desk.office.transaction() as session:
        return [row.number for row in number_book.page(session, BOOK, Filter.of(asked)).rows]


def test_it_says_what_the_register_says(filled: Desk) -> None:
    with filled.office.transaction() as session:
        old = numbers.register(session, "BB-ĐKT", 2026)
        page = number_book.page(session, BOOK, Filter())
        assert [(r.number, r.status, r.minutes_id) for r in page.rows] == [
            (r.number, r.status, r.minutes_id) for r in old
        ]
        assert Counter({k: v for k, v in page.counts.items() if k != "unused"}) == Counter(r.status for r in old)
        assert page.gaps == ["09/BB-ĐKT"]
        assert page.rows[0].site == "Cửa hàng xăng dầu số 1"
        assert page.rows[2].holder == "Trần Văn Trưởng, Máy tính bảng 1"
        assert page.rows[6].reason == "Đoàn xăng dầu"
        for number in range(12):
            row = number_book.row(session, BOOK, number)
            assert (row is not None) == (1 <= number <= 9), number


def test_it_is_filtered(filled: Desk) -> None:
    for asked, wanted in (
        ({"status": "issued"}, [1]), ({"status": "void"}, [2]), ({"status": "outstanding"}, [3, 4]),
        ({"status": "returned"}, [5, 6]), ({"status": "reserved"}, [7, 8]), ({"status": "gap"}, [9]),
        ({"status": "unused"}, [3, 4, 5, 6, 7, 8]), ({"status": "unused", "first": "5", "last": "7"}, [5, 6, 7]),
        ({"number": "02/BB-ĐKT"}, [2]), ({"number": "99"}, []), ({"first": "8"}, [8, 9]), ({"last": "2"}, [1, 2]),
        ({"first": "9", "last": "1"}, []), ({"status": "x", "first": "'", "last": "-1"}, list(range(1, 10))),
        ({"first": "9" * 40}, list(range(1, 10))), ({"status": "lost"}, []), ({"page": "99"}, list(range(1, 10))),
    ):  # fmt: skip
        assert shown(filled, **asked) == wanted, asked


def test_it_is_exported_and_printed_whole(filled: Desk) -> None:
    with filled.office.transaction() as session:
        listed = number_book.export(session, BOOK, Filter.of({"status": "unused"}))
        assert [row[0] for row in listed.rows][:2] == ["03/BB-ĐKT", "04/BB-ĐKT"]
        form = number_book.printed(session, BOOK, Filter())
    form["rows"][1][6] = '#panic() "x" $y$ ' + "ắ" * 200
    with pdfplumber.open(io.BytesIO(registers.printed(form, datetime.now(UTC)))) as pdf:
        assert pdf.pages[0].width > pdf.pages[0].height
        text = pdf.pages[0].extract_text()
    for said in ("SỔ ĐĂNG KÝ SỐ BB-ĐKT NĂM 2026", "01/BB-ĐKT", "Cửa hàng xăng dầu số 1", "#panic()", "Tổng cộng: 9 số"):
        assert said in text, said


def test_a_big_book_is_paged_with_as_few_questions_and_printed_in_parts(filled: Desk) -> None:
    with statements(filled.office.app) as few:
        shown(filled)
    with filled.office.transaction() as session:
        session.execute(insert(MinutesNumber), [
            {"series": "BB-ĐKT", "year": 2026, "number": n, "minutes_id": None, "status": "void", "source": "server",
             "lease_id": None, "reason": "x", "at": NOW} for n in range(10, 3001)])  # fmt: skip
        session.get_one(SeriesYear, ("BB-ĐKT", 2026)).next_number = 3001
        session.add(NumberLease(id="x", series="BB-ĐKT", year=2026, device_id=session.query(Device).one().id, first=3001,
                                last=4000, granted_at=NOW, expires_on=NOW.date()))  # fmt: skip
    with statements(filled.office.app) as many:
        assert shown(filled, page="30") == list(range(2901, 3001))
    assert len(many) == len(few)
    with filled.office.transaction() as session:
        with pytest.raises(Problem, match="tối đa 2000"):
            number_book.printed(session, BOOK, Filter())
        assert len(number_book.printed(session, BOOK, Filter.of({"first": "11", "last": "1500"}))["rows"]) == 1490
