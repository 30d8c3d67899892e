"""Numbers of minutes: no number twice, no gap that nobody explains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.numbers import NumberLease
from server.errors import Problem
from server.services import number_book, numbers
from server.services.number_desk import Book
from server.services.world import ReadingWorld
from tests.builders import Kit, Office

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SERIES = "BB-ĐKT"
BOOK = Book(SERIES, SERIES, 2026)


def lease(office: Office, kit: Kit, count: int, year: int = 2026, now: datetime = NOW) -> NumberLease:
    """Lease numbers to a tablet."""
    with office.transaction() as session:
        device = session.get(Device, kit.device_id)
        assert device is not None
        found = numbers.grant(session, device, SERIES, year, count, now)
        session.flush()
        session.expunge(found)
        return found


def give_back(office: Office, kit: Kit, lease_id: str, first_unused: int | None) -> list[int]:
    """Give the rest of a range back."""
    with office.transaction() as session:
        device = session.get(Device, kit.device_id)
        assert device is not None
        return numbers.give_back(session, lease_id, device, first_unused, NOW)


@pytest.fixture
def kit(office: Office) -> Kit:
    """A tablet of a department that has a series."""
    office.opens_series(SERIES)
    return office.enrols(office.hires())


def test_two_tablets_never_hold_the_same_number(office: Office, kit: Kit, session: Session) -> None:
    """Acceptance 7: the leases themselves."""
    other = office.enrols(office.hires())
    a, b = lease(office, kit, 50), lease(office, other, 50)
    assert (a.first, a.last, b.first, b.last) == (1, 50, 51, 100)
    statuses = {row.status for row in numbers.register(session, SERIES, 2026)}
    assert statuses == {"outstanding"}


def test_a_new_year_starts_at_one(office: Office, kit: Kit) -> None:
    lease(office, kit, 5, 2026)
    assert lease(office, kit, 5, 2027).first == 1


def test_what_comes_back_is_given_out_again_first(office: Office, kit: Kit, session: Session) -> None:
    held = lease(office, kit, 10)
    assert give_back(office, kit, held.id, 4) == list(range(4, 11))
    again = lease(office, kit, 3)
    assert (again.first, again.last) == (4, 6)
    rows = numbers.register(session, SERIES, 2026)
    assert [r.status for r in rows] == ["outstanding"] * 6 + ["returned"] * 4, (
        "1 to 3 are on paper that has yet to come"
    )


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=-2)], ids=["same moment", "clock set back"])
def test_a_number_that_went_out_again_is_its_new_holders_whatever_the_clock_said(
    office: Office, kit: Kit, session: Session, later: timedelta
) -> None:
    """Else a paper signed with a number of one's own lease would stand as conflicting."""
    first = lease(office, kit, 10)
    give_back(office, kit, first.id, 4)
    other = office.enrols(office.hires(), "Máy 2")
    again = lease(office, other, 3, now=NOW + later)
    for _ in range(2):
        state = ReadingWorld(session).number_state(SERIES, 2026, 4)
        assert (state.lease_id, state.lease_device) == (again.id, other.device_id)
        assert [r.holder for r in numbers.register(session, SERIES, 2026)[2:5]] == [
            kit.device_id,
            *[other.device_id] * 2,
        ]
        assert [row.holder.rpartition(" ")[2] for row in number_book.rows_of(session, BOOK, [3, 4])] == ["1", "2"]
        session.rollback()
        give_back(office, other, again.id, 6)  # 4 and 5 are on paper that has yet to come


def test_only_the_tablet_knows_what_it_printed(office: Office, kit: Kit) -> None:
    held = lease(office, kit, 10)
    with pytest.raises(Problem, match="dải"):
        give_back(office, kit, held.id, 12)
    assert give_back(office, kit, held.id, 11) == []


def test_another_tablets_lease_cannot_be_returned(office: Office, kit: Kit) -> None:
    held = lease(office, kit, 10)
    thief = office.enrols(office.hires())
    with pytest.raises(Problem, match="Không có dải số"):
        give_back(office, thief, held.id, 1)


def test_a_void_number_keeps_its_reason_and_is_never_used_again(office: Office, kit: Kit, session: Session) -> None:
    lease(office, kit, 3)
    with office.transaction() as writing:
        numbers.void(writing, SERIES, 2026, 2, "In hỏng", NOW)
    row = numbers.register(session, SERIES, 2026)[1]
    assert (row.status, row.reason) == ("void", "In hỏng")
    with pytest.raises(Problem, match="đã hủy"), office.transaction() as writing:
        numbers.void(writing, SERIES, 2026, 2, "Lần nữa", NOW)


@pytest.mark.parametrize(("number", "reason"), [(0, "x"), (99, "x"), (1, "  ")])
def test_a_void_needs_a_given_number_and_a_reason(office: Office, kit: Kit, number: int, reason: str) -> None:
    lease(office, kit, 3)
    with pytest.raises(Problem), office.transaction() as writing:
        numbers.void(writing, SERIES, 2026, number, reason, NOW)


def test_a_stopped_tablet_gets_no_numbers(office: Office, kit: Kit) -> None:
    with office.transaction() as session:
        device = session.get(Device, kit.device_id)
        assert device is not None
        device.stopped_at = NOW
    with pytest.raises(Problem, match="tạm dừng"):
        lease(office, kit, 1)


ACTS = st.lists(st.tuples(st.sampled_from(["lease", "return", "server"]), st.integers(1, 7)), max_size=12)


@settings(max_examples=30)
@given(acts=ACTS, year=st.integers(2021, 2026))
def test_no_number_is_out_twice_and_none_is_unexplained(office: Office, acts: list[tuple[str, int]], year: int) -> None:
    office.opens_series(SERIES)
    kit = office.enrols(office.hires())
    held: list[NumberLease] = []
    by_server: list[int] = []
    with office.transaction() as session:
        before = len(numbers.register(session, SERIES, year))
    for act, count in acts:
        if act == "lease":
            held.append(lease(office, kit, count, year))
        elif act == "return" and held:
            give_back(office, kit, held.pop().id, None)
        elif act == "server":
            with office.transaction() as session:
                by_server.append(numbers.take_next(session, SERIES, year, f"minutes-{len(by_server)}", NOW))
    out = [n for le in held for n in range(le.first, le.last + 1)] + by_server
    assert len(out) == len(set(out))
    with office.transaction() as session:
        rows = numbers.register(session, SERIES, year)
    assert [r.number for r in rows[before:] if r.status == "gap"] == []
