"""POST /sync/pull: only what is granted, everything that is granted, in pages, with an honest cursor."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import ServerState
from sync.feed import encode_cursor
from tests.builders import Office
from tests.server.api.wire import Wire, site_of


@pytest.fixture
def tablet(client: FlaskClient, office: Office) -> Wire:
    """A leader's tablet."""
    return Wire(client, office.enrols(office.hires("team_leader")))


def test_everything_granted_comes_down_and_then_nothing(tablet: Wire, office: Office, database: Session) -> None:
    office.has_organisation()
    site = site_of(office, tablet.kit.user)
    items = tablet.pull()
    kinds = {item["kind"] for item in items}
    assert kinds == {"organisation", "establishment", "instrument", "campaign", "inspection"}
    row = database.get(Document, ("inspection", site.inspection))
    assert row is not None
    assert tablet.documents["inspection", site.inspection]["state"] == row.state
    assert tablet.pull() == []


def test_pages_add_up(tablet: Wire, office: Office) -> None:
    site = site_of(office, tablet.kit.user)
    tablet.push(*(tablet.finding(site, "FU02", set={"ordinal": n}) for n in range(25)))
    whole = tablet.pull()
    tablet.cursor = None
    assert tablet.pull(limit=4) == whole
    assert len({(i["scope"], i["seq"]) for i in whole}) == len(whole)


def test_a_page_stays_under_a_megabyte(tablet: Wire, office: Office) -> None:
    site = site_of(office, tablet.kit.user)
    note = "Ghi chú dài. " * 900
    for start in range(0, 120, 30):
        tablet.push(*(tablet.finding(site, set={"ordinal": n, "note": note}) for n in range(start, start + 30)))
    answer = tablet.post("/sync/pull", {"cursor": None, "limit": 1000})
    assert len(gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") else answer.data) < 1.1 * 2**20
    assert answer.get_json()["more"] is True
    tablet.pull(limit=1000)
    assert sum(kind == "finding" for kind, _ in tablet.documents) == 120


def test_nobody_sees_another_teams_campaign(tablet: Wire, office: Office, client: FlaskClient) -> None:
    site_of(office, tablet.kit.user)
    stranger = Wire(client, office.enrols(office.hires()))
    other = office.registers_establishment(area="99999")
    assert all(item["scope"] == "agency" for item in stranger.pull())
    tablet.pull()
    assert ("establishment", other) not in tablet.documents


def test_a_forged_cursor_opens_nothing(tablet: Wire, office: Office, client: FlaskClient) -> None:
    site = site_of(office, tablet.kit.user)
    stranger = Wire(client, office.enrols(office.hires()))
    stranger.cursor = encode_cursor(stranger.hello()["epoch"], {site.scope: 0, "agency": 0})
    answer = stranger.post("/sync/pull", {"cursor": stranger.cursor})
    assert answer.get_json()["items"] == []
    assert answer.get_json()["revoked"] == [site.scope]


def test_joining_and_leaving_a_team(tablet: Wire, office: Office, client: FlaskClient, database: Session) -> None:
    site = site_of(office, tablet.kit.user)
    newcomer = office.hires("inspector", "Người Mới")
    other = Wire(client, office.enrols(newcomer))
    assert other.pull() == []

    campaign = database.get(Document, ("campaign", site.campaign))
    assert campaign is not None
    state = dict(campaign.state)
    member = {**state["team"][0], "user_id": newcomer.id, "role": "member"}
    database.rollback()
    office.records("campaign", site.scope, {**state, "team": [*state["team"], member]}, id=site.campaign)
    other.pull()
    assert ("inspection", site.inspection) in other.documents
    assert ("instrument", site.instrument) in other.documents

    office.records("campaign", site.scope, state, id=site.campaign)
    page = other.post("/sync/pull", {"cursor": other.cursor}).get_json()
    assert site.scope in page["revoked"]
    assert page["items"] == []
    other.pull()
    assert other.documents == {}


def test_a_moved_establishment_leaves_one_scope_and_comes_in_another(tablet: Wire, office: Office) -> None:
    site = site_of(office, tablet.kit.user)
    there = office.registers_establishment(area="07214")
    office.plans_inspection(site.campaign, there, tablet.kit.user)
    tablet.pull()
    state = tablet.documents["establishment", site.establishment]["state"]
    office.records("establishment", "area:07214", {**state, "area_code": "07214"}, id=site.establishment)
    items = tablet.pull()
    told = {(i["scope"], i.get("gone")) for i in items if i["id"] == site.establishment}
    assert ("area:07214", None) in told
    assert tablet.documents["establishment", site.establishment]["scope"] == "area:07214"


def test_another_epoch_means_resync(tablet: Wire, office: Office, database: Session) -> None:
    tablet.pull()
    with office.transaction() as writing_session:
        writing_session.execute(update(ServerState).where(ServerState.key == "epoch").values(value="another"))
    answer = tablet.post("/sync/pull", {"cursor": tablet.cursor})
    assert (answer.status_code, answer.get_json()["code"]) == (410, "resync")
    tablet.cursor = None
    tablet.pull()


def test_an_old_app_is_told_to_update_but_only_here(tablet: Wire) -> None:
    answer = tablet.post("/sync/pull", {"cursor": None, "protocol": 0})
    assert (answer.status_code, answer.get_json()["code"]) == (426, "upgrade_required")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!",
        "ổ",
        "bnVsbA",
        "W10",
        "e30",
        encode_cursor("x", {})[:-3],
        base64.urlsafe_b64encode(b'[1,"x",{"\\ud800":1}]').rstrip(b"=").decode(),
        "A" * 300_000,
        "WzEsICJ4Iiwge31d",
        5,
        [],
        {},
    ],
)
def test_a_senseless_cursor_is_a_problem(tablet: Wire, cursor: object) -> None:
    answer = tablet.post("/sync/pull", {"cursor": cursor})
    assert answer.status_code in {400, 410}
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("limit", [0, -1, 1001, "5", 1.5, True, None, 10**30])
def test_a_senseless_limit_is_a_problem(tablet: Wire, limit: object) -> None:
    assert tablet.post("/sync/pull", {"cursor": None, "limit": limit}).status_code == 400


def test_a_large_page_is_compressed(tablet: Wire, office: Office) -> None:
    site_of(office, tablet.kit.user)
    headers = {**tablet.kit.headers, "Accept-Encoding": "gzip"}
    answer = tablet.client.post("/api/v1/sync/pull", json={"cursor": None}, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["items"]
