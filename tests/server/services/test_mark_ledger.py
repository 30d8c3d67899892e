"""The ledger of stickers and seals: batches, leases, what comes back; every serial has one fate and none is out twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.db.devices import Device
from server.errors import Problem
from server.services import mark_book, mark_days, mark_leases
from server.services.mark_book import Received
from server.services.mark_ledger import Row
from tests.builders import Kit, Office
from tests.server.services.marks import NOW, TODAY, Store


@pytest.fixture
def store(office: Office) -> Store:
    """A department with a store."""
    return Store(office)


@pytest.fixture
def kit(store: Store, office: Office) -> Kit:
    """The leader's tablet."""
    return office.enrols(store.leader)


def test_serials_as_printed_become_prefix_digits_and_numbers(store: Store) -> None:
    said = Received.of(store.form(" 22b 001001", "22B001500"), TODAY)
    assert (said.prefix, said.digits, said.first, said.last, said.count) == ("22B", 6, 1001, 1500, 500)
    assert said.ends == ("22B001001", "22B001500")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [("22B001", "22C009", "cùng ký hiệu"), ("22B001", "22B0009", "cùng ký hiệu"), ("22B", "22B9", "chữ số"),
     ("22B009", "22B001", "lớn hơn"), ("A000001", "A900000", "tối đa"), ("", "", "số đầu"), ("A٣", "A٣", "chữ số"),
     ("X" * 30 + "1", "X" * 30 + "2", "Ký hiệu đầu")],
)  # fmt: skip
def test_a_range_that_makes_no_sense_is_refused(store: Store, first: str, last: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        Received.of(store.form(first, last), TODAY)


def test_faults_come_all_at_once(store: Store) -> None:
    with pytest.raises(Problem) as raised:
        Received.of(store.form("1", "0", received_on="2026-12-31", received_from=" ", kind="glue"), TODAY)
    for said in ("tem hay chì", "lớn hơn", "sau hôm nay", "nhận từ đâu"):
        assert said in raised.value.detail


def test_a_batch_that_shares_a_serial_with_an_earlier_one_is_refused(store: Store) -> None:
    store.receives("22B001", "22B100")
    with pytest.raises(Problem, match="Trùng số với lô 22B001 – 22B100 nhận ngày 02/11/2026"):
        store.receives("22B100", "22B200")
    store.receives("22B101", "22B200")
    store.receives("22B001", "22B100", kind="seal")


def test_a_batch_nobody_used_is_corrected_or_struck_out(store: Store, kit: Kit) -> None:
    id = store.receives("22B001", "22B100")
    with store.office.transaction() as session:
        mark_book.correct(
            session, id, Received.of(store.form("22B001", "22B120"), TODAY), seen=1, actor=store.clerk.id, now=NOW
        )
    assert store.balance(id) == {"stock": 120}
    with pytest.raises(Problem, match="vừa được người khác sửa"), store.office.transaction() as session:
        mark_book.void(session, id, "Nhập nhầm", seen=1, actor=store.clerk.id, now=NOW)
    with store.office.transaction() as session:
        mark_book.void(session, id, "Nhập nhầm", seen=2, actor=store.clerk.id, now=NOW)
    again = store.receives("22B001", "22B100")
    store.leases(kit, 10)
    with pytest.raises(Problem, match="đã cấp"), store.office.transaction() as session:
        mark_book.void(session, again, "Nhập nhầm", seen=1, actor=store.clerk.id, now=NOW)


def test_the_oldest_batch_is_given_out_first_and_never_twice(store: Store, kit: Kit) -> None:
    store.receives("B001", "B100", received_on="2026-11-10")
    store.receives("A01", "A15", received_on="2026-01-10")
    other = store.office.enrols(store.leader, "Máy 2")
    given = [store.leases(k, 10).ends for k in (kit, other, kit)]
    assert given == [("A01", "A10"), ("A11", "A15"), ("B001", "B010")], "a roll is one piece, so the second is shorter"
    assert store.leases(kit, 5, first="b 050").ends == ("B050", "B054")
    with pytest.raises(Problem, match="B052 không còn ở cơ quan"):
        store.leases(other, 5, first="B052")
    with pytest.raises(Problem, match="không còn chì"):
        store.leases(other, 5, kind="seal")


def test_what_comes_back_is_given_out_again(store: Store, kit: Kit) -> None:
    batch = store.receives("A01", "A20")
    lease = store.leases(kit, 10)
    store.uses("A01", lease=lease)
    store.uses("A02", "spoiled", lease=lease)
    with pytest.raises(Problem, match="Đã có ghi nhận dùng hoặc hỏng: A02"):
        store.returns(lease, 2, 10)
    assert store.returns(lease, 6, 10) == [6, 7, 8, 9, 10]
    with pytest.raises(Problem, match="A06 đã trả lại"):
        store.returns(lease, 6, 6)
    assert store.balance(batch) == {"stock": 15, "held": 3, "used": 1, "spoiled": 1}
    assert store.leases(kit, 50).ends == ("A06", "A20")
    roll = store.ledger().roll(batch)
    assert roll is not None
    assert (roll.leased, roll.returned) == (25, 5)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=-2)], ids=["same second", "clock set back"])
def test_what_went_out_again_is_out_whatever_the_clock_said(store: Store, kit: Kit, later: timedelta) -> None:
    """The office's clock may stand still or be set back between one lease and the next; no serial is given out twice."""
    batch = store.receives("A01", "A20")
    lease = store.leases(kit, 3)
    store.returns(lease, 1, 1)
    again = store.leases(store.office.enrols(store.leader, "Máy 2"), 1, first="A01", now=NOW + later)
    assert store.balance(batch) == {"stock": 17, "held": 3}
    with pytest.raises(Problem, match="A01 không còn ở cơ quan"):
        store.leases(kit, 1, first="A01")
    roll = store.ledger().roll(batch)
    assert roll is not None
    assert [(n, held.id) for n in (1, 2) if (held := roll.holder_of(n))] == [(1, again.id), (2, lease.id)]
    store.uses("A01")
    with store.office.transaction() as session:
        assert [day.tablet[-5:] for day in mark_days.days(session) if day.flows[mark_days.USED]] == ["Máy 2"]


def test_a_lease_is_closed_once_nothing_of_it_is_left(store: Store, kit: Kit) -> None:
    store.receives("A01", "A20")
    lease = store.leases(kit, 3)
    store.uses("A01", lease=lease)
    store.returns(lease, 3, 3)
    with store.office.transaction() as session:
        mark_leases.write_off(session, lease.id, (2, 2), "Rơi ở chợ", seen=2, actor=store.clerk.id, now=NOW)
    closed = store.ledger().leases[0]
    assert closed.state["returned_at"] is not None
    assert store.balance(closed.state["batch_id"]) == {"stock": 18, "used": 1, "lost": 1}


def test_what_a_tablet_used_without_having_it_is_a_finding(store: Store, kit: Kit) -> None:
    batch = store.receives("A01", "A20")
    lease = store.leases(kit, 5)
    store.returns(lease, 5, 5)
    for serial in ("A01", "A05", "a 06", "Z9"):
        store.uses(serial, lease=lease)
    found = [(f.code, f.serial) for f in store.ledger().findings]
    assert found == [("never_leased", "A05"), ("never_leased", "A06"), ("never_received", "Z9")]
    assert store.balance(batch) == {"stock": 14, "held": 3, "used": 3}
    assert store.leases(kit, 2).ends == ("A07", "A08"), "a serial that is on an instrument is given to nobody"


def test_what_was_written_off_and_is_used_all_the_same_is_a_finding(store: Store, kit: Kit) -> None:
    batch = store.receives("A01", "A20")
    with store.office.transaction() as session:
        assert mark_book.write_off(session, batch, ("A03", "A04"), "Ướt", seen=1, actor=store.clerk.id, now=NOW) == 2
    assert store.leases(kit, 9).ends == ("A01", "A02")
    store.uses("A04")
    assert [f.code for f in store.ledger().findings] == ["was_written_off"]


def test_a_mark_whose_record_was_taken_back_is_out_of_the_roll(store: Store, kit: Kit) -> None:
    batch = store.receives("A01", "A05")
    lease = store.leases(kit, 5)
    store.uses("A02", lease=lease, voided={"reason": "Quét nhầm"})
    assert store.balance(batch) == {"held": 4, "lost": 1}
    assert not store.ledger().findings


@pytest.mark.parametrize("standing", ["revoked_at", "stopped_at"])
def test_a_tablet_out_of_use_gets_none_and_still_gives_back(store: Store, kit: Kit, standing: str) -> None:
    store.receives("A01", "A20")
    lease = store.leases(kit, 5)
    with store.office.transaction() as session:
        setattr(session.get_one(Device, kit.device_id), standing, NOW)
    with pytest.raises(Problem):
        store.leases(kit, 1)
    assert len(store.returns(lease, 1, 5)) == 5


def test_another_tablet_gives_back_nothing_of_mine(store: Store, kit: Kit) -> None:
    store.receives("A01", "A20")
    lease = store.leases(kit, 5)
    with pytest.raises(Problem, match="Không có dải"), store.office.transaction() as session:
        mark_leases.give_back(session, lease.id, [(1, 2)], actor=store.leader.id, now=NOW, device_id="another")


ACTS = st.lists(st.tuples(st.sampled_from(["lease", "back", "use", "spoil", "astray"]), st.integers(1, 9)), max_size=14)


@settings(max_examples=40)
@given(acts=ACTS)
def test_no_serial_is_out_twice_and_each_is_counted_once(store: Store, acts: list[tuple[str, int]]) -> None:
    """A second reckoning, act by act, of what the ledger counts from documents."""
    mark = Counter[str]()
    prefix = f"R{len(store.ledger().rolls)}X"
    batch = store.receives(
        f"{prefix}01", f"{prefix}30", received_on=f"2026-01-{len(store.ledger().rolls) % 27 + 1:02d}"
    )
    kit = store.office.enrols(store.leader)
    stock = set(range(1, 31))
    held: dict[int, Row] = {}
    for act, size in acts:
        if act == "lease" and stock:
            lease = store.leases(kit, size, first=f"{prefix}{min(stock):02d}")
            given = set(range(lease.whole[0], lease.whole[1] + 1))
            assert given <= stock, "nothing is given out that is out"
            stock -= given
            held |= dict.fromkeys(given, lease)
        elif act == "back" and held:
            number = sorted(held)[size % len(held)]
            store.returns(held.pop(number), number, number)
            stock.add(number)
        elif act in {"use", "spoil"} and held:
            number = sorted(held)[size % len(held)]
            store.uses(f"{prefix}{number:02d}", "spoiled" if act == "spoil" else "used", lease=held.pop(number))
            mark[act] += 1
        elif act == "astray" and stock:
            number = sorted(stock)[size % len(stock)]
            store.uses(f"{prefix}{number:02d}")
            stock.remove(number)
            mark["use"] += 1
    wanted = {"stock": len(stock), "held": len(held), "used": mark["use"], "spoiled": mark["spoil"]}
    assert store.balance(batch) == {fate: count for fate, count in wanted.items() if count}


@pytest.mark.postgresql_only
def test_two_tablets_that_ask_at_once_get_different_ones(store: Store, kit: Kit) -> None:
    """The second waits for the first to be written, and gives out what is left then."""
    store.receives("A01", "A20")
    other = store.office.enrols(store.leader, "Máy 2")
    with ThreadPoolExecutor(1) as pool:
        with store.office.transaction() as session:
            device = session.get_one(Device, kit.device_id)
            mine = mark_leases.grant(
                session, device, store.office.organisation_id, "sticker", 10, NOW, actor=store.clerk.id
            )
            asked = pool.submit(store.leases, other, 10)
            with pytest.raises(TimeoutError):
                asked.result(0.5)
        assert (mine.ends, asked.result().ends) == (("A01", "A10"), ("A11", "A20"))
