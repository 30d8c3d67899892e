"""The server concludes again on a slip's instruments and says where it finds otherwise than the tablet."""

from __future__ import annotations

from datetime import date

import pytest

from server.db.documents import Document
from server.db.users import User
from server.extensions import db
from server.services import conclusions, inspection_view, verification_desk
from server.services.conclusions import Concluded
from tests.builders import Office
from tests.server.verifying import Team, owner, team_of

SCALE = {"accuracy_class": "IIII", "e": "0.02", "unit": "kg"}
LOADS = {"direction": "up", "load": "4", "indication": "4.02"}


@pytest.fixture
def team(office: Office) -> Team:
    """A team with weights in date."""
    weights = office.records("measurement_standard", "agency", {
        "kind": "mass", "name": "Bộ quả cân M1", "serial": "M1-07",
        "certificates": [{"number": "V01", "issued_on": "2020-09-30", "valid_until": "2021-09-30"}]})  # fmt: skip
    return team_of(office, standards=[weights])


def verified(team: Team, conclusion: str, **table: object) -> tuple[str, str]:
    """A slip with one scale, tested and concluded; return both ids."""
    site, (scale,) = owner(team.office, "Hộ Chu Thị Rau", ["NH8-0001"])
    team.amends("instrument", scale, attributes=SCALE)
    slip = team.receives(site, [scale])
    team.concludes(slip, scale, conclusion)
    team.finds(slip, scale, "KD08", answer="conforming")
    computed = {"errors": ["0.02"], "limit": None, "verdict": "pass", "explanation": "đạt: +0,02 kg"}
    team.finds(slip, scale, "KD0902", rows=[LOADS], computed=computed, **table)
    for key in ("KD0903", "KD0904"):
        team.finds(slip, scale, key, answer="not_applicable")
    team.finds(slip, scale, "KD0905", answer="conforming")
    return slip, scale


def concluded(team: Team, slip: str) -> Concluded:
    """What the server concludes."""
    with team.office.app.app_context():
        (found,) = conclusions.of_slips(db.session(), [slip])
    return found


def warned(team: Team) -> list[str]:
    """What the page of the session says of its only instrument."""
    with team.office.app.app_context():
        session = db.session()
        (line,) = verification_desk.page(session, team.session, session.get_one(User, team.leader.id)).lines
    return [each for each in line.warnings if each.startswith("Máy chủ")]


def test_where_both_conclude_the_same_nothing_is_said(team: Team) -> None:
    slip, scale = verified(team, "pass")
    found = concluded(team, slip)
    assert (found.slip_id, found.instrument_id, found.ours, found.words, found.differs) == (
        slip,
        scale,
        "pass",
        "",
        False,
    )
    assert warned(team) == []


def test_what_came_later_changes_the_servers_conclusion_and_not_the_recorded_one(team: Team) -> None:
    slip, scale = verified(team, "pass")
    team.amends("verification_session", team.session, environment=[])
    found = concluded(team, slip)
    assert (found.recorded, found.ours, found.words) == ("pass", "inconclusive", "chưa đọc nhiệt độ, độ ẩm môi trường")
    assert warned(team) == ["Máy chủ tính lại ra kết luận khác (chưa kết luận): chưa đọc nhiệt độ, độ ẩm môi trường."]
    team.finds(slip, scale, "KD06", subject_id=None, values={"temperature": "28", "humidity": "70"})
    assert concluded(team, slip).differs is False


def test_a_verifier_without_authority_concludes_nothing_and_the_page_of_the_slip_shows_it(team: Team) -> None:
    slip, _ = verified(team, "pass", answer="conforming")
    with team.office.app.app_context():
        campaign = db.session().get_one(Document, ("campaign", team.campaign)).state
    members = [member | {"procedures": []} for member in campaign["team"]]
    team.amends("campaign", team.campaign, team=members)
    found = concluded(team, slip)
    assert (found.ours, found.words) == (
        "inconclusive",
        "Vũ Thị Lan không có thẩm quyền với ĐLVN 30:2019 (cân đồng hồ lò xo)",
    )
    with team.office.app.app_context():
        session = db.session()
        page = inspection_view.page(session, slip, session.get_one(User, team.leader.id), date(2021, 8, 6))
    (difference,) = page.checks[found.finding_id].differences
    assert (difference.what, difference.then) == ("Kết luận", "đạt")
    assert difference.now == f"chưa kết luận ({found.words})"


def test_what_cannot_be_concluded_again_is_said_so(team: Team) -> None:
    site, (scale,) = owner(team.office, "Hộ Lý Văn Cá", ["NH8-0002"])
    slip = team.receives(site, [scale])
    team.finds(slip, scale, "KD11", values={"conclusion": "pass"})
    assert (concluded(team, slip).ours, concluded(team, slip).differs) == ("", True)
