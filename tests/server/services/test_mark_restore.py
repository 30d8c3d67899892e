"""After a restore: rolls given out since the backup are taken back, what may be out is passed over, marks count by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from server.db.devices import Device
from server.db.journal import ServerState
from server.services import journal, mark_book, mark_skips
from server.services.mark_leases import MAX_COUNT
from server.services.restore import RESTORED
from tests.builders import Office
from tests.server.api.wire import Wire, new_id
from tests.server.services.marks import NOW, Store


@pytest.fixture
def store(office: Office) -> Store:
    """A department with a store."""
    return Store(office)


@pytest.fixture
def tablet(store: Store, client: FlaskClient) -> Wire:
    """The leader's tablet."""
    return Wire(client, store.office.enrols(store.leader))


def restores(store: Store) -> list[dict[str, Any]]:
    """Do to the ledger what a restore does."""
    now = datetime.now(UTC) + timedelta(seconds=1)
    with store.office.transaction() as session:
        session.execute(insert(ServerState).values(key=RESTORED, value=now.isoformat(), changed_at=now))
        return mark_skips.pass_over(session, made_at=now - timedelta(hours=2), now=now)


def roll(store: Store, first: int, last: int, **more: Any) -> dict[str, Any]:
    """A lease as a tablet remembers it."""
    return {"id": new_id(), "organisation_id": store.office.organisation_id, "kind": "sticker", "prefix": "A", "digits": 4,
            "first": first, "last": last, "granted_at": "2026-11-24T07:00:00+07:00", "returned": [], **more}  # fmt: skip


def test_what_may_be_out_is_given_to_nobody_until_somebody_finds_it(store: Store, tablet: Wire) -> None:
    batch = store.receives("A0001", "A2000")
    passed = restores(store)
    assert passed == [{"batch_id": batch, "first": 1, "last": MAX_COUNT}]
    assert store.balance(batch) == {"stock": 2000 - MAX_COUNT, "unsure": MAX_COUNT}
    assert store.leases(tablet.kit, 5).ends == ("A0501", "A0505")
    assert store.leases(tablet.kit, 5, first="A0100").ends == ("A0100", "A0104"), "the clerk holds the roll in the hand"
    seen = store.ledger().rolls[0].batch.rev
    with store.office.transaction() as session:
        assert mark_book.found_here(session, batch, ("A0001", "A0050"), seen=seen, actor=store.clerk.id, now=NOW) == 50
    assert store.leases(tablet.kit, 60).ends == ("A0001", "A0050")


def test_a_forgotten_roll_is_taken_back_and_its_marks_are_no_finding(
    store: Store, tablet: Wire, office: Office
) -> None:
    batch = store.receives("A0001", "A2000")
    restores(store)
    mine = roll(store, 11, 30, returned=[{"first": 29, "last": 30}])
    assert tablet.hello(mark_leases=[mine])["refused_mark_leases"] == []
    assert tablet.hello(mark_leases=[mine])["refused_mark_leases"] == [], "reported with every hello, adopted once"
    assert [item["id"] for item in tablet.pull() if item["kind"] == "mark_lease"] == [mine["id"]]
    store.uses("A0011")
    store.uses("A0400")
    found = store.ledger()
    assert [(f.code, f.serial) for f in found.findings] == [("forgotten", "A0400")]
    assert store.balance(batch) == {"stock": 1500, "unsure": 500 - 18 - 1, "held": 17, "used": 2}
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_of_two_that_claim_one_serial_the_second_must_stop(store: Store, tablet: Wire, client: FlaskClient) -> None:
    store.receives("A0001", "A2000")
    restores(store)
    other = Wire(client, store.office.enrols(store.leader, "Máy 2"))
    first, second = roll(store, 11, 20), roll(store, 20, 25)
    assert tablet.hello(mark_leases=[first])["refused_mark_leases"] == []
    assert [one["id"] for one in other.hello(mark_leases=[second])["refused_mark_leases"]] == [second["id"]]
    assert [lease.id for lease in store.ledger().leases] == [first["id"]]


def test_what_was_given_back_and_leased_again_after_the_backup_is_its_own(store: Store, tablet: Wire) -> None:
    batch = store.receives("A0001", "A2000")
    lease = store.leases(tablet.kit, 10)
    restores(store)
    assert tablet.hello(mark_leases=[roll(store, 3, 6)])["refused_mark_leases"] == []
    store.uses("A0003")
    given = [{"first": 1, "last": 2}, {"first": 4, "last": 10}]
    assert tablet.post(f"/mark-leases/{lease.id}/return", {"ranges": given}).status_code == 200
    assert {n: store.ledger().rolls[0].fate(n) for n in (2, 3, 4, 6, 7)} == {
        2: "stock", 3: "used", 4: "held", 6: "held", 7: "stock"}  # fmt: skip
    assert store.balance(batch)["held"] == 3


def test_what_came_back_after_the_backup_is_not_surely_at_the_office(store: Store, tablet: Wire) -> None:
    batch = store.receives("A0001", "A2000")
    lease = store.leases(tablet.kit, 10)
    restores(store)
    said = roll(store, 1, 10, id=lease.id, returned=[{"first": 6, "last": 10}])
    assert tablet.hello(mark_leases=[said])["refused_mark_leases"] == []
    assert store.balance(batch)["held"] == 5
    assert {store.ledger().rolls[0].fate(n) for n in range(6, 11)} == {"unsure"}


def test_a_roll_whose_batch_was_forgotten_fits_once_the_batch_is_received_again(store: Store, tablet: Wire) -> None:
    restores(store)
    assert tablet.hello(mark_leases=[roll(store, 1, 10)])["refused_mark_leases"] == []
    store.uses("A0002")
    assert [f.code for f in store.ledger().findings] == ["never_received"]
    batch = store.receives("A0001", "A0100")
    assert store.balance(batch) == {"stock": 90, "held": 9, "used": 1}
    assert store.ledger().findings == []


def test_without_a_restore_a_report_changes_nothing(store: Store, tablet: Wire) -> None:
    store.receives("A0001", "A2000")
    assert tablet.hello(mark_leases=[roll(store, 1, 10)])["refused_mark_leases"] == []
    assert store.ledger().leases == []


def test_a_stopped_tablet_gets_nothing_back(store: Store, tablet: Wire) -> None:
    store.receives("A0001", "A2000")
    restores(store)
    with store.office.transaction() as session:
        session.get_one(Device, tablet.kit.device_id).stopped_at = NOW
    mine = roll(store, 1, 10)
    assert [one["id"] for one in tablet.hello(mark_leases=[mine])["refused_mark_leases"]] == [mine["id"]]


@pytest.mark.parametrize(
    "wrong", [{"first": 20, "last": 11}, {"last": 9000}, {"digits": 1}, {"prefix": "a"}, {"organisation_id": new_id()}]
)
def test_a_roll_that_never_could_be_is_refused(store: Store, tablet: Wire, wrong: dict[str, Any]) -> None:
    restores(store)
    mine = roll(store, 11, 20) | wrong
    assert [one["id"] for one in tablet.hello(mark_leases=[mine])["refused_mark_leases"]] == [mine["id"]]
