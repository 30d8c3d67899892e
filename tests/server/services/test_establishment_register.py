"""The register counts and sorts by what documents say, of establishments that stand for others, too."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.db import documents
from server.db.users import User
from server.services import establishment_register
from server.services.establishment_register import NEVER, OVERDUE, VISITED, Filter
from tests.builders import AREA, Office, Person
from tests.server.services.test_register_rows import changes

TODAY = date(2021, 9, 1)
SCOPE = "campaign:00000000-0000-4000-8000-000000000001"


def fills(office: Office, dice: random.Random) -> Person:
    """Eight establishments, some standing for others, with instruments and visits, or without."""
    sites = [office.registers_establishment(name=f"Cơ sở {n}") for n in range(8)]
    for site in sites:
        for _ in range(dice.randint(0, 2)):
            until = dice.choice(["", "2021-08-31", "2021-09-01", "2022-05-05"])
            owned = {"establishment_id": site, "type": "nozzle", "serial": "1", "verified_until": until}
            office.records("instrument", f"area:{AREA}", owned, parent=site)
        for _ in range(dice.randint(0, 2)):
            on = f"2021-0{dice.randint(1, 8)}-05"
            visit = {"campaign_id": SCOPE[9:], "establishment_id": site, "planned_on": on, "visits": [], "checklists": [],
                     "status": dice.choice(["planned", "not_carried_out", *VISITED])}  # fmt: skip
            office.records("inspection", SCOPE, visit, parent=SCOPE[9:])
    for away in range(1, 4):
        if dice.random() < 0.6:
            changes(office, "establishment", sites[away], merged_into=sites[away - 1])
    return office.hires("supervisor")


def said(session: Session) -> dict[str, tuple[str, str, bool]]:
    """Return of each that stands for itself: first day due, last day inspected, whether something is overdue."""
    every = {d.id: d.state for d in documents.of_kind(session, "establishment")}

    def stands_for(id: str) -> str:
        after = every[id].get("merged_into")
        return stands_for(after) if after else id

    def own(kind: str, id: str) -> list[Mapping[str, Any]]:
        return [d.state for d in documents.of_kind(session, kind) if stands_for(d.state["establishment_id"]) == id]

    found = {}
    for id in {stands_for(id) for id in every}:
        due = [d["verified_until"] for d in own("instrument", id) if d["verified_until"]]
        visits = [d["planned_on"] for d in own("inspection", id) if d["status"] in VISITED]
        found[id] = min(due, default="9999"), max(visits, default=""), any(day < TODAY.isoformat() for day in due)
    return found


@pytest.mark.parametrize("drawn", range(3))
def test_counts_and_orders_are_what_documents_say(office: Office, session: Session, drawn: int) -> None:
    user = session.get_one(User, fills(office, random.Random(drawn)).id)
    wanted = said(session)

    def listed(**asked: str) -> list[str]:
        return [row.id for row in establishment_register.listing(session, Filter.of(asked), user, TODAY).rows]

    assert [wanted[id][0] for id in listed(sort="due")] == sorted(due for due, _, _ in wanted.values())
    assert [wanted[id][1] for id in listed(sort="inspected")] == sorted(on for _, on, _ in wanted.values())
    assert set(listed(state=NEVER)) == {id for id, (_, on, _) in wanted.items() if not on}
    assert set(listed(state=OVERDUE)) == {id for id, (_, _, late) in wanted.items() if late}
    counts = establishment_register.listing(session, Filter(), user, TODAY).counts
    assert (counts[NEVER], counts[OVERDUE]) == (len(listed(state=NEVER)), len(listed(state=OVERDUE)))
