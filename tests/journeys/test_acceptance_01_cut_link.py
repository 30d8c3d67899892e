"""Acceptance 1: the link is cut at two hundred random points of a sync; nothing is lost, doubled, or dropped unproven."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry
from server.db.sync import Quarantine, Receipt
from server.demo.link import Answer, Link, LinkCut
from server.demo.tablet import Tablet
from server.services import journal
from tests.builders import Office
from tests.contract.live import LiveServer
from tests.journeys.field import FINAL, SERIES, Team, department, now, team_of

INSPECTIONS, CUTS = 30, 200
WAYS = ("before the request", "in the body", "after the request", "after commit, before the reply")


@dataclass
class BadLink:
    """Breaks as often as it is told, each time in one of four ways; then it holds."""

    link: Link
    chance: random.Random = field(default_factory=lambda: random.Random(20210805))
    left: int = 0
    cuts: list[tuple[str, str]] = field(default_factory=list)
    """(way, path) of each."""

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one request, or break."""
        if self.left == 0 or self.chance.random() < 0.2:
            return self.link(method, path, headers, body)
        self.left -= 1
        way = self.chance.choice(WAYS)
        self.cuts.append((way, path))
        if way == WAYS[0]:
            raise LinkCut(way)
        if way == WAYS[3]:
            self.link.deaf = True
        else:
            self.link.cut_after = self.chance.randrange(len(body)) if way == WAYS[1] else len(body)
        return self.link(method, path, headers, body)


@pytest.fixture
def team(office: Office) -> Team:
    """Thirty inspections to do."""
    return team_of(department(office), INSPECTIONS)


def taken(database: Session) -> set[str]:
    """The operations that the journal holds now."""
    database.rollback()
    return set(database.scalars(select(JournalEntry.op_id).where(JournalEntry.op_id.is_not(None))))


def proven(tablet: Tablet) -> set[str]:
    """The operations that left the outbox."""
    assert all(answer["seq"] is not None and answer["op_id"] == op["op_id"] for op, answer in tablet.kept)
    return {op["op_id"] for op, _ in tablet.kept}


def test_acceptance_1_push_says_ok_only_with_proof(live: LiveServer, team: Team, database: Session) -> None:
    """After each cut: what the tablet dropped from its outbox is in the journal, the rest is still in the outbox."""
    link = BadLink(Link(live.url))
    tablet = team.tablet(link)
    tablet.leases_numbers(SERIES, now().year, INSPECTIONS)
    minutes = [team.finishes(tablet, inspection) for inspection in team.inspections]
    sent = [op["op_id"] for op in tablet.outbox]
    tablet.batch, link.left = 3, CUTS  # thirty pushes: the cuts fall all over the sync
    while tablet.outbox or link.left:
        try:
            tablet.pushes()
            tablet.pulls()
            tablet.says_hello()
        except LinkCut:
            held = {op["op_id"] for op in tablet.outbox}
            assert proven(tablet) | held == set(sent)
            assert not proven(tablet) & held
            assert proven(tablet) <= taken(database)
    assert len(link.cuts) == CUTS
    ways = Counter(way for way, path in link.cuts if path.endswith("/sync/push"))
    assert set(ways) == set(WAYS)
    assert min(ways.values()) > INSPECTIONS // 2, ways
    assert [op["op_id"] for op, _ in tablet.kept] == sent, "a receipt (op_id, seq) for each, in order"
    assert {answer["status"] for _, answer in tablet.kept} <= FINAL
    database.rollback()
    journalled = database.scalars(select(JournalEntry.op_id).where(JournalEntry.op_id.is_not(None))).all()
    assert sorted(map(str, journalled)) == sorted(sent), "each exactly once"
    assert set(database.scalars(select(Receipt.op_id))) == set(sent)
    assert database.scalars(select(Quarantine)).all() == []
    assert journal.verify(database).is_whole
    tablet.pulls()
    states = [tablet.documents["minutes", id]["state"] for id in minutes]
    assert [(s["status"], s["number"]) for s in states] == [("issued", n + 1) for n in range(INSPECTIONS)]
    kinds = [kind for kind, _ in tablet.documents]
    assert (kinds.count("minutes"), kinds.count("finding")) == (INSPECTIONS, INSPECTIONS)
