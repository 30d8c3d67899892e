"""The list of decisions counts from rows what each board counts from documents."""

from __future__ import annotations

import random
from datetime import date

import pytest

from server.db.users import User
from server.extensions import db
from server.services import follow_up, follow_up_list
from server.services.follow_up import OVERDUE, Filter
from server.services.follow_up_steps import FINISHED
from tests.builders import Office, Person

TODAY = date(2021, 9, 1)
STATUSES = ("planned", "in_progress", "returned", "not_carried_out", "issued", *["approved"] * 15)


def fills(office: Office, dice: random.Random) -> Person:
    """Three decisions, twelve visits each at most: some signed, some with what is open, due, imposed or sampled."""
    leader = office.hires("team_leader", "Trần Trưởng Đoàn")
    for _ in range(3):
        sites = [office.registers_establishment(name=f"Cơ sở {n}") for n in range(8)]
        campaign = office.opens_campaign(leader, establishments=sites[: dice.randint(0, 8)])
        for site in sites:
            for _ in range(dice.randint(0, 3)):
                visits(office, dice, campaign, site, leader)
    return office.hires("supervisor", "Phạm Lãnh Đạo")


def visits(office: Office, dice: random.Random, campaign: str, site: str, leader: Person) -> None:
    """One visit with what was recorded of it."""
    scope = f"campaign:{campaign}"
    state = {"campaign_id": campaign, "establishment_id": site, "status": dice.choice(STATUSES), "checklists": [],
             "planned_on": f"2021-08-{dice.randint(2, 9):02d}", "lead_user_id": leader.id, "visits": []}  # fmt: skip
    parent = office.records("inspection", scope, state, parent=campaign)
    known = {"inspection_id": parent, "voided": dice.random() < 0.1}
    if dice.random() < 0.9:
        office.records("photo", scope, {**known, "purpose": dice.choice(["signed_paper"] * 5 + ["finding"])}, parent=parent)  # fmt: skip
    if dice.random() < 0.25:
        due = dice.choice([None, "2021-08-20", "2021-09-30"])
        office.records("requirement", scope, {**known, "text": "Kiểm định lại", "due_on": due,
                       "state": dice.choice(["open", "done", "overdue"])}, parent=parent)  # fmt: skip
    if dice.random() < 0.2:
        office.records("measure", scope, {**known, "type": "suspend", "instrument_id": "x", "at": "2021-08-05T10:00:00+07:00"},
                       parent=parent)  # fmt: skip
    if dice.random() < 0.2:
        office.records("sample", scope, {**known, "name": "Xăng RON 95-III", "taken_at": "2021-08-05T10:00:00+07:00"}, parent=parent)  # fmt: skip
    if dice.random() < 0.2:
        closing = {"kind": "closed"} if dice.random() < 0.5 else None
        at = dice.choice(["2021-08-05T10:00:00+07:00", "2021-08-31T10:00:00+07:00"])
        office.records("case", scope, {"detected": {"at": at}, "closing": closing, "payments": []}, parent=parent)


@pytest.mark.parametrize("drawn", range(4))
def test_the_list_counts_what_each_board_counts(office: Office, drawn: int) -> None:
    person = fills(office, random.Random(drawn))
    with office.app.app_context():
        session = db.session()
        user = session.get_one(User, person.id)
        listed = follow_up_list.decisions(session, user, TODAY)
        assert len(listed) == 3
        for decision in listed:
            board = follow_up.board(session, decision.id, Filter(), user, TODAY)
            finished = sum(board.counts[stage] for stage in FINISHED)
            assert (decision.size, decision.finished, decision.overdue) == (board.size, finished, board.counts[OVERDUE])
        assert any(decision.finished or decision.overdue for decision in listed)
