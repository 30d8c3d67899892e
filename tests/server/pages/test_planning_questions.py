"""How often the programme's and the planning pages ask the database: the same for three establishments as for thirty."""

from __future__ import annotations

import pytest

from server.services import campaign_opening
from tests.builders import Office, Person
from tests.server.counting import statements
from tests.server.pages.scene import Desk
from tests.server.services.plans import NOW, imports, planned, site

PAGES = ("/programme", "/programme/BG-2021/A08", "/planning/{draft}", "/planning/{draft}/team", "/planning/{draft}/sites",
         "/planning/{draft}/check", "/campaigns/{campaign}/sites", "/follow-up/{campaign}")  # fmt: skip


def plans(office: Office, leader: Person, size: int, code: str) -> dict[str, str]:
    """Open a campaign of so many establishments, and leave a plan for as many others, which are of the same entities."""
    sites = [
        [site(office, f"{code} {part} {n}", f"24{size:02}{n:06}", due="2021-01-31") for n in range(size)]
        for part in "AB"
    ]
    draft, seen = planned(office, leader, sites[0], code)
    with office.transaction() as session:
        campaign = campaign_opening.open_campaign(session, draft, seen=seen, actor=leader.id, now=NOW)
    return {"campaign": campaign, "draft": planned(office, leader, sites[1], f"{code}-2")[0]}


@pytest.mark.sqlite_only("the questions are the same on both engines")
def test_no_page_asks_more_for_more_establishments(office: Office) -> None:
    imports(office)
    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor"))
    counts: list[dict[str, int]] = []
    for size, code in ((3, "ÍT"), (30, "NHIỀU")):
        ids = plans(office, office.hires("team_leader", f"Trưởng đoàn {size}"), size, code)
        paths = {page: page.format(**ids) for page in PAGES}
        for path in paths.values():
            desk.opens(path)  # what is read once and kept
        counts.append({})
        for page, path in paths.items():
            with statements(office.app) as asked:
                desk.opens(path)
            counts[-1][page] = len(asked)
    few, many = counts
    assert {page: (few[page], many[page]) for page in PAGES if many[page] > few[page]} == {}
    assert max(many.values()) < 40
