"""Acceptance 8: a tablet's storage is copied; both issue under one number, both papers are kept, one of them is valid."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.numbers import MinutesNumber, MinutesPaper
from server.db.sync import Quarantine
from server.demo.link import Refused
from server.demo.tablet import Tablet
from server.services import minutes
from sync import seal
from tests.builders import Office
from tests.journeys.field import FINAL, SERIES, Team, department, now, paper_of, qr, team_of
from tests.server.pages.scene import Desk


@dataclass
class Pair:
    """A tablet and its copy, each with minutes number 1 of another station; which of them is the copy, nobody can tell."""

    team: Team
    first: Tablet
    second: Tablet
    papers: tuple[str, str]


@pytest.fixture
def pair(office: Office) -> Pair:
    """Copied after the first sync; both then work offline."""
    team = team_of(department(office), 3)
    first = team.tablet()
    first.leases_numbers(SERIES, now().year, 5)
    second = copy.deepcopy(first)
    papers = team.finishes(first, team.inspections[0]), team.finishes(second, team.inspections[1])
    assert [paper_of(t, id)["number"] for t, id in zip((first, second), papers, strict=True)] == [1, 1]
    return Pair(team, first, second, papers)


def valid(session: Session) -> list[tuple[int, str]]:
    """(number, minutes) of the papers that are in force."""
    session.rollback()
    query = select(MinutesPaper.number, MinutesPaper.id).where(MinutesPaper.status == "issued")
    return [(number, id) for number, id in session.execute(query.order_by(MinutesPaper.number))]


def test_acceptance_8_a_copy_never_makes_two_valid_papers(
    pair: Pair, office: Office, database: Session, client: FlaskClient
) -> None:
    first, second = pair.first, pair.second
    one, two = pair.papers
    assert {result["status"] for result in first.pushes()} <= FINAL
    sent = list(second.outbox)
    assert {(r["status"], r["code"]) for r in second.pushes()} == {("quarantined", "device_fork")}
    assert valid(database) == [(1, one)]
    rows = list(database.scalars(select(Quarantine).order_by(Quarantine.device_seq)))
    assert [row.op_id for row in rows] == [op["op_id"] for op in sent], "the copy's paper is kept whole"

    device = database.get_one(Device, first.device["id"])
    assert device.stopped_at is not None
    for tablet in (first, second):
        with pytest.raises(Refused, match="tạm dừng cấp số"):
            tablet.leases_numbers(SERIES, now().year, 5)
    third = pair.team.finishes(first, pair.team.inspections[2])
    assert [(r["status"], r["code"]) for r in first.pushes()][-1] == ("held", "issuing_stopped")
    assert valid(database) == [(1, one)]

    # A supervisor looks at what the copy wrote and takes it: its paper exists, and is not the number's.
    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Nguyễn Thanh Bình"))
    for row in rows:
        path = f"/quarantine/{row.id}"
        asked = desk.sends(desk.opens(path), f"{path}/decision", decision="release", reason="Giấy đã ký tại chỗ")
        assert desk.sends(asked.get_data(as_text=True), f"{path}/decision").status_code == 303
    assert valid(database) == [(1, one)]
    papers = {row.id: row.status for row in database.scalars(select(MinutesPaper)) if row.number == 1}
    assert papers == {one: "issued", two: "conflicting"}
    assert database.get_one(MinutesNumber, (SERIES, now().year, 1)).minutes_id == one
    assert third not in papers

    codes = [qr(paper_of(tablet, id)["cose"]) for tablet, id in ((first, one), (second, two))]
    assert [minutes.look_up(database, code, now()).register for code in codes] == ["registered", "conflicting"]
    shown = [client.get(f"/M/{code.rsplit('/', 1)[-1]}").get_data(as_text=True) for code in codes]
    assert ["Đã vào sổ." in page for page in shown] == [True, False]

    keys = client.get("/.well-known/minutes-keys.json").get_data()
    outcomes = [seal.verify_offline(code, keys).outcome for code in codes]
    assert outcomes == [seal.Outcome.VALID, seal.Outcome.CONFLICTING]

    # Crossing the second paper out leaves the first in force, for a phone with nothing but the key list as well.
    path = f"/numbers/papers/{two}/void"
    page = desk.opens(f"/numbers/papers?series={SERIES}&year={now().year}&number=1")
    asked = desk.sends(page, path, reason="Trùng số do sao chép máy", replaced_by=one)
    assert desk.sends(asked.get_data(as_text=True), path).status_code == 303
    assert valid(database) == [(1, one)]
    keys = client.get("/.well-known/minutes-keys.json").get_data()
    outcomes = [seal.verify_offline(code, keys).outcome for code in codes]
    assert outcomes == [seal.Outcome.VALID, seal.Outcome.VOID]
