"""How far a campaign has come, as rows tell it, against a count straight from the documents."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from sqlalchemy.orm import Session

from server.db import documents
from server.services import programme_progress
from server.services.programme_progress import FINISHED, INSPECTED, WAITING
from tests.builders import Office

STATUSES = ("planned", "in_progress", "issued", "returned", "approved", "not_carried_out")


def fills(office: Office, dice: random.Random) -> list[str]:
    """Three campaigns of five sites: some visited again and again, some never, some of whose visits no day is planned."""
    leader = office.hires("team_leader")
    sites = [office.registers_establishment(name=f"Cơ sở {n}") for n in range(5)]
    found = []
    for _ in range(3):
        found.append(office.opens_campaign(leader, establishments=sites[: dice.randint(0, 3)]))
        for n in range(dice.randint(0, 9)):
            day = dice.choice(["", f"2021-{dice.randint(7, 12):02d}-05"])
            state = {"campaign_id": found[-1], "establishment_id": dice.choice(sites), "planned_on": day, "status": dice.choice(STATUSES),
                     "checklists": [], "visits": []}  # fmt: skip
            scope = f"campaign:{found[-1]}"
            parent = office.records("inspection", scope, state, parent=found[-1])
            for status in dice.sample(["issued", "void", "amended"], dice.randint(0, 2)):
                paper = {
                    "inspection_id": parent,
                    "canonical": "{}",
                    "series": "BB",
                    "year": 2021,
                    "number": n + 1,
                    "status": status,
                }
                office.records("minutes", scope, paper, parent=parent)
    return found


@pytest.mark.parametrize("drawn", range(4))
def test_rows_count_what_the_documents_say(office: Office, session: Session, drawn: int) -> None:
    ids = fills(office, random.Random(drawn))
    campaigns = [campaign for campaign in documents.of_kind(session, "campaign") if campaign.id in ids]
    for found in programme_progress.of_campaigns(session, campaigns, count_minutes=True):
        visits = documents.children(session, found.id, "inspection")
        sites, months = defaultdict(list), defaultdict(list)
        for visit in visits:
            sites[visit.state["establishment_id"]].append(visit.state["status"])
            if visit.state["planned_on"]:
                months[2021, int(visit.state["planned_on"][5:7])].append(visit.state["status"])
        listed = next(c for c in campaigns if c.id == found.id).state["establishment_ids"]
        assert (found.sites, found.begun) == (
            max(len(listed), len(sites)),
            sum(set(own) != {"planned"} for own in sites.values()),
        )
        assert found.inspected == sum(bool(set(own) & INSPECTED) for own in sites.values())
        assert found.finished == sum(set(own) <= FINISHED for own in sites.values())
        assert found.not_carried_out == sum(set(own) == {"not_carried_out"} for own in sites.values())
        assert found.waiting == sum(visit.state["status"] in WAITING for visit in visits)
        assert found.minutes == len(documents.of_parents(session, [visit.id for visit in visits], ["minutes"]))
        assert {on: (m.planned, m.finished, m.begun) for on, m in found.months.items()} == {
            on: (len(own), sum(s in FINISHED for s in own), sum(s != "planned" for s in own))
            for on, own in months.items()
        }
