"""Another tablet of the team, simulated: finishes an inspection, or records in one, while the browser's tablet is away."""

from __future__ import annotations

from typing import Any

from checklists.limits import RuleSet
from server.demo.day import SERIES, now
from server.demo.link import Link
from server.demo.tablet import Tablet
from tests.browser.day.department import Department


def tablet_for(department: Department, username: str) -> Tablet:
    """Enrol one more tablet for somebody, and let it pull."""
    tablet = Tablet(Link(department.server.url), now)
    tablet.enrols(department.code_for(username), "Máy 08")
    tablet.says_hello()
    tablet.pulls()
    return tablet


def finishes(department: Department, inspection: str, username: str) -> str:
    """Issue the minutes of an inspection; return their id."""
    tablet = tablet_for(department, username)
    rules = RuleSet.from_served(tablet.fetches(f"/rules/{tablet.says_hello()['rules']['version']}"))
    tablet.leases_numbers(SERIES, now().year, 5)
    moment = now().isoformat(timespec="seconds")
    visits = [{"started_at": moment, "ended_at": moment, "position": None}]
    tablet.changes("inspection", inspection, status="in_progress", decision_announced_at=moment, visits=visits)
    pins: list[dict[str, Any]] = tablet.documents["inspection", inspection]["state"]["checklists"]
    lists = [tablet.fetches(f"/checklists/{pin['code']}/{pin['version']}") for pin in pins]
    minutes = tablet.issues(inspection, lists, rules)
    results = tablet.pushes()
    assert {r["status"] for r in results} <= {"applied", "merged"}, results
    return minutes
