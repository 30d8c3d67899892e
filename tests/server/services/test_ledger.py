"""The ledger: one door, gapless sequences, an unbroken chain, and a database that refuses to forget."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaigns import grants_of, led_by
from server.db.journal import NO_HASH, FeedRow, JournalEntry, Scope
from server.services import ledger
from sync.feed import Change, rebuild, verify_chain
from tests.builders import Office

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def chain(session: Session, scope: str) -> list[dict[str, object]]:
    """The entries of a scope's journal, its chain verified against the scope's head."""
    rows = session.execute(
        select(JournalEntry.seq, JournalEntry.entry, JournalEntry.hash)
        .where(JournalEntry.scope == scope)
        .order_by(JournalEntry.seq)
    )
    head = session.execute(select(Scope.head).where(Scope.scope == scope)).scalar_one()
    return list(verify_chain(scope, [(r.seq, r.entry, r.hash) for r in rows], head))


def test_every_change_gets_the_next_number_of_its_scope(office: Office, session: Session) -> None:
    first = office.records("establishment", "area:1", {"name": "A"})
    office.records("establishment", "area:2", {"name": "B"})
    office.records("establishment", "area:1", {"name": "A2"}, id=first)

    assert [e["seq"] for e in chain(session, "area:1")] == [1, 2]
    assert [e["seq"] for e in chain(session, "area:2")] == [1]
    row = documents.get(session, "establishment", first)
    assert row is not None
    assert (row.rev, row.state) == (2, {"name": "A2"})


def test_the_chain_starts_from_nothing_and_names_what_was_changed(office: Office, session: Session) -> None:
    office.records("establishment", "area:1", {"name": "Cửa hàng"})
    (entry,) = chain(session, "area:1")
    assert entry["prev"] == NO_HASH
    assert entry["set"] == {"name": "Cửa hàng"}
    assert entry["device"] is None


def test_a_move_is_told_in_both_scopes(office: Office, session: Session) -> None:
    id = office.records("establishment", "area:1", {"name": "A"})
    office.records("establishment", "area:2", {"name": "A"}, id=id)

    left = json.loads(session.execute(select(FeedRow.item).where(FeedRow.scope == "area:1")).scalar_one())
    came = json.loads(session.execute(select(FeedRow.item).where(FeedRow.scope == "area:2")).scalar_one())
    assert left["gone"] == "moved"
    assert "state" not in left
    assert came["state"] == {"name": "A"}
    assert [e["type"] for e in chain(session, "area:1")] == ["create", "gone"]


def test_a_deleted_document_stays_known_and_its_feed_row_says_gone(office: Office, session: Session) -> None:
    id = office.records("establishment", "area:1", {"name": "A"})
    gone = Change(op_id=None, kind="establishment", id=id, parent=None, scope="area:1", old_scope=None, type="delete",
                  taken={}, lost={}, state=None, rev=2, actor="system", device=None, at=None, clock=None)  # fmt: skip
    with office.transaction() as writing_session:
        ledger.record(writing_session, [gone], NOW)

    assert documents.get(session, "establishment", id) is None
    item = json.loads(session.execute(select(FeedRow.item).where(FeedRow.id == id)).scalar_one())
    assert item["gone"] == "deleted"


def test_nothing_is_written_when_the_transaction_fails(office: Office, session: Session) -> None:
    class Interrupted(Exception):
        """The power went."""

    with pytest.raises(Interrupted), office.transaction() as writing_session:
        change = ledger.change(
            writing_session, "establishment", ledger.new_id(), "area:1", {"name": "A"}, actor="system"
        )
        ledger.record(writing_session, [change], NOW)
        raise Interrupted
    for table in (JournalEntry, FeedRow, Scope):
        assert session.scalars(select(table)).first() is None


@pytest.mark.parametrize("statement", ["UPDATE journal SET entry = '{}'", "DELETE FROM journal"])
def test_the_database_refuses_to_change_the_journal(office: Office, session: Session, statement: str) -> None:
    office.records("establishment", "area:1", {"name": "A"})
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))
    session.rollback()


def test_grants_follow_the_team_and_the_campaigns_establishments(office: Office, session: Session) -> None:
    leader, member, stranger = office.hires(), office.hires(), office.hires()
    site = office.registers_establishment(area="07213")
    campaign = office.opens_campaign(leader, [member], establishments=[site])

    assert grants_of(session, member.id) == {"agency", f"campaign:{campaign}", "area:07213"}
    assert grants_of(session, stranger.id) == {"agency"}
    assert led_by(session, leader.id) == {campaign}
    assert led_by(session, member.id) == frozenset()


def test_leaving_the_team_takes_the_grants_away(office: Office, session: Session) -> None:
    leader, member = office.hires(), office.hires()
    campaign = office.opens_campaign(leader, [member])
    state = dict(documents.get(session, "campaign", campaign).state)  # type: ignore[union-attr]  # just made
    state["team"] = [m for m in state["team"] if m["user_id"] != member.id]
    session.rollback()
    office.records("campaign", f"campaign:{campaign}", state, id=campaign)
    assert grants_of(session, member.id) == {"agency"}


EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.text("ab", max_size=2)), min_size=1, max_size=12)


@settings(max_examples=25)
@given(events=EVENTS)
def test_the_journal_rebuilds_documents_and_feed(
    office: Office, session: Session, events: list[tuple[int, int, str]]
) -> None:
    base = ledger.new_id()[:-2]
    for which, area, name in events:
        office.records("establishment", f"area:{area}", {"name": name}, id=f"{base}{which:02d}")
    session.rollback()
    scopes = session.scalars(select(Scope.scope)).all()
    rebuilt = rebuild([entry for scope in scopes for entry in chain(session, scope)])
    assert rebuilt.feed == {(r.scope, r.kind, r.id): r.item for r in session.scalars(select(FeedRow))}
    live = {d.id: (d.scope, d.rev, d.state) for d in documents.of_kind(session, "establishment")}
    assert {d["id"]: (d["scope"], d["rev"], d["state"]) for d in rebuilt.documents.values()} == live
