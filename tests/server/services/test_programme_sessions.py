"""The programme's board counts a mobile verification by its sessions, not by whom it invited."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.db import documents
from server.services import programme_progress
from tests.builders import Office
from tests.server.verifying import opens_session, owner, team_of


def test_sessions_are_the_progress_of_a_mobile_verification(office: Office, session: Session) -> None:
    office.has_organisation()
    team = team_of(office)
    site, (scale,) = owner(office, "Sạp gạo", ["S1"])
    team.receives(site, [scale])
    opens_session(team, on="2021-09-10", environment=[])
    opens_session(team, on="2021-08-20", closed_at="2021-08-20T17:00:00+07:00")
    opens_session(team, on="2021-08-21", voided={"reason": "Nhầm"})
    campaign = documents.get(session, "campaign", team.campaign)
    assert campaign is not None
    (found,) = programme_progress.of_campaigns(session, [campaign])
    assert (found.unit, found.sites, found.finished, found.begun, found.is_complete) == ("phiên", 3, 1, 2, False)
    months = {key: (m.planned, m.finished, m.begun) for key, m in found.months.items()}
    assert months == {(2021, 8): (2, 1, 2), (2021, 9): (1, 0, 0)}
