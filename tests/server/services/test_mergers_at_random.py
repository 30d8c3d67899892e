"""Mergers, their undoing and a tablet that knows of none of them, in any order: nothing is lost and all stands somewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.db import documents
from server.errors import Problem
from server.services import journal
from tests.builders import AREA, Office
from tests.server.api.wire import Wire, new_id
from tests.server.services.test_establishment_merge import assert_whole, merge, state, undo

SITES = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), SITES, SITES), st.tuples(st.just("undo"), st.integers(0, 3), st.just(0)),
        st.tuples(st.sampled_from(["instrument", "inspection", "edit", "pull", "push"]), SITES, st.just(0)),
    ), max_size=8)  # fmt: skip


class Field:
    """Three sites of one campaign, and a tablet that pushes when it is told to."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.leader = office.hires("team_leader")
        self.sites = [office.registers_establishment(name=f"Cửa hàng {new_id()}") for _ in range(3)]
        self.campaign = office.opens_campaign(self.leader, establishments=self.sites)
        self.wire = Wire(office.app.test_client(), office.enrols(self.leader))
        self.outbox: list[dict[str, Any]] = []
        self.made: list[tuple[str, str]] = []
        self.mergers: list[str] = []
        self.results: list[dict[str, Any]] = []

    def does(self, what: str, one: int, other: int) -> None:
        """Take one step; what the pages refuse, they refuse."""
        if what == "merge":
            try:
                self.mergers.append(merge(self.office, self.sites[one], self.sites[other]))
            except Problem:
                return
        elif what == "undo" and one < len(self.mergers):
            try:
                undo(self.office, self.mergers[one])
            except Problem:
                return
        elif what == "pull":
            self.wire.pull()
        elif what == "push":
            self.pushes()
        elif what in {"instrument", "inspection", "edit"}:
            self.outbox.append(getattr(self, f"_{what}")(self.sites[one]))

    def pushes(self) -> None:
        """Deliver everything recorded so far."""
        if self.outbox:
            self.results += self.wire.push(*self.outbox)["results"]
            self.outbox = []

    def _instrument(self, site: str) -> dict[str, Any]:
        self.made.append(("instrument", new_id()))
        said = {"establishment_id": site, "type": "weighbridge", "serial": str(len(self.made)), "attributes": {}}
        return self.wire.op("instrument", self.made[-1][1], "create", f"area:{AREA}", said, parent=site)

    def _inspection(self, site: str) -> dict[str, Any]:
        self.made.append(("inspection", new_id()))
        said = {"campaign_id": self.campaign, "establishment_id": site, "checklists": [], "visits": []}
        return self.wire.op(
            "inspection", self.made[-1][1], "create", f"campaign:{self.campaign}", said, parent=self.campaign
        )

    def _edit(self, site: str) -> dict[str, Any]:
        instruments = [id for kind, id in self.made if kind == "instrument"]
        if not instruments:
            return self._instrument(site)
        said, base = {"mark_serial": f"T{len(self.results)}"}, {"mark_serial": None}
        return self.wire.op("instrument", instruments[0], "patch", f"area:{AREA}", said, base=base, parent=site)


@pytest.mark.sqlite_only("about what the core and the services decide; the engines differ in nothing here")
@settings(max_examples=12)
@given(before=STEPS, after=STEPS)
def test_nothing_is_lost_whatever_is_merged_meanwhile(
    office: Office, before: list[tuple[str, int, int]], after: list[tuple[str, int, int]]
) -> None:
    field = Field(office)
    recorded = [("instrument", 1, 0), ("inspection", 1, 0), ("edit", 1, 0)]
    for step in [*before, ("merge", 0, 1), *recorded, *after, *recorded]:
        field.does(*step)
    field.pushes()
    assert {r["status"] for r in field.results} <= {"applied", "merged"}, field.results
    for kind, id in field.made:
        site = state(office, "establishment", state(office, kind, id)["establishment_id"])
        assert not site.get("merged_into"), "everything stands under an establishment that stands for itself"
    field.wire.pull()
    for kind, id in field.made:
        assert field.wire.documents[kind, id]["state"] == state(office, kind, id), (
            "the tablet sees what the office sees"
        )
    for merger in reversed(field.mergers):
        if not state(office, "merger", merger)["undone"]:
            undo(office, merger)
    assert not any(state(office, "establishment", id).get("merged_into") for id in field.sites)
    with office.transaction() as session:
        assert journal.verify(session).is_whole
        assert len(documents.many(session, field.made)) == len(field.made)
    assert_whole(office)
