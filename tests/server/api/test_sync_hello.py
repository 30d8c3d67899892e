"""POST /sync/hello: what a tablet is told first, and numbers that neither side has any more."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.limits import load_rules
from server.db.journal import JournalEntry
from server.services import journal
from tests.builders import Office
from tests.server.api.wire import Wire, site_of


@pytest.fixture
def tablet(client: FlaskClient, office: Office) -> Wire:
    """A leader's tablet."""
    return Wire(client, office.enrols(office.hires("team_leader")))


def test_hello_tells_where_everything_stands(tablet: Wire, office: Office) -> None:
    office.opens_series()
    site = site_of(office, tablet.kit.user)
    lease = tablet.post("/leases", {"series": "BB-ĐKT", "year": 2026, "count": 5}).get_json()
    tablet.push(tablet.finding(site))
    said = tablet.hello()
    assert said["scopes"] == ["agency", "area:07213", site.scope, f"device:{tablet.kit.device_id}"]
    assert said["leases"] == [lease]
    assert said["rules"] == {"version": load_rules().version, "sha256": load_rules().sha256}
    assert said["next_device_seq"] == 2
    assert said["durable"] == {}
    assert said["limits"]["max_ops"] == 500
    assert said["limits"]["protocols"] == [1]


def test_what_a_restore_lost_is_journalled_and_passed_over(tablet: Wire, office: Office, database: Session) -> None:
    site = site_of(office, tablet.kit.user)
    tablet.push(tablet.finding(site, "FU02"))
    tablet.seq = 40  # acknowledged by the server that was lost, deleted here after thirty days
    assert tablet.hello(lowest_device_seq=41)["next_device_seq"] == 41
    assert tablet.one(tablet.finding(site, "FU03"))["status"] == "applied"

    entry = database.scalars(select(JournalEntry).where(JournalEntry.kind == "known_gap")).one()
    said = json.loads(entry.entry)
    assert (said["set"]["from"], said["set"]["to"], said["device"]) == (2, 40, tablet.kit.device_id)
    assert journal.verify(database).is_whole
    assert all(item["kind"] != "known_gap" for item in tablet.pull())


def test_an_ordinary_hello_passes_over_nothing(tablet: Wire, office: Office) -> None:
    site = site_of(office, tablet.kit.user)
    tablet.push(tablet.finding(site, "FU02"), tablet.finding(site, "FU03"))
    assert tablet.hello(lowest_device_seq=1)["next_device_seq"] == 3


@pytest.mark.parametrize(
    "body",
    [
        {}, {"client": 1}, {"client": None}, {"client": {"protocols": "1"}}, {"client": {"app": 1}},
        {"client": {}, "lowest_device_seq": 0}, {"client": {}, "lowest_device_seq": "7"},
        {"client": {}, "lowest_device_seq": 1e3}, {"client": {}, "lowest_device_seq": 2**40},
    ],
)  # fmt: skip
def test_a_senseless_hello_is_a_problem(tablet: Wire, body: object) -> None:
    answer = tablet.post("/sync/hello", body)
    assert answer.status_code == 400
    assert answer.get_json()["errors"]
