"""Simulated tablets on this test's own server: enrolled, with numbers, each visit recorded and closed with sealed minutes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from checklists.limits import RuleSet, load_rules
from server.demo.link import Answer, Transport
from server.demo.tablet import Tablet
from sync import seal
from tests.builders import Kit, Office, Person

HOST = "kiemtra.bacninh.gov.vn"
SERIES = "BB-ĐKT"
FINAL = {"applied", "merged"}


def now() -> datetime:
    """The tablets' clocks."""
    return datetime.now(UTC)


def inside(app: Flask) -> Transport:
    """A link that never breaks: the whole server, asked without a socket."""
    client = app.test_client()

    def send(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = client.open(path, method=method, headers=headers, data=body)
        return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers}, answer.data)

    return send


@dataclass
class Team:
    """A leader with a campaign of so many planned inspections, at one station each."""

    office: Office
    leader: Person
    inspections: list[str]
    rules: RuleSet = field(default_factory=load_rules)
    lists: list[dict[str, Any]] = field(default_factory=list)

    def tablet(
        self, send: Transport | None = None, kit: Kit | None = None, clock: Callable[[], datetime] = now
    ) -> Tablet:
        """The leader's tablet after its first sync."""
        kit = kit or self.office.enrols(self.leader)
        found = Tablet(send or inside(self.office.app), clock, key=kit.key, token=kit.token)
        found.device, found.user = {"id": kit.device_id}, {"id": self.leader.id}
        found.says_hello()
        found.pulls()
        if not self.lists:
            pins = found.documents["inspection", self.inspections[0]]["state"]["checklists"]
            self.lists = [found.fetches(f"/checklists/{pin['code']}/{pin['version']}") for pin in pins]
        return found

    def inspects(self, tablet: Tablet, inspection: str) -> None:
        """Record a visit and one answer."""
        moment = tablet.now().isoformat(timespec="seconds")
        visit = {"started_at": moment, "ended_at": moment, "position": None}
        tablet.changes("inspection", inspection, status="in_progress", visits=[visit])
        pin = {name: self.lists[0][name] for name in ("code", "version", "sha256")}
        tablet.answers(inspection, pin, "FU02", "conforming", values={"number": "01/GCN", "valid_until": "2022-01-31"},
                       rows=[], note="", photo_ids=[])  # fmt: skip

    def issues(self, tablet: Tablet, inspection: str) -> str:
        """Number, seal and print; return the minutes' id."""
        return tablet.issues(inspection, self.lists, self.rules)

    def finishes(self, tablet: Tablet, inspection: str) -> str:
        """Inspect and issue; return the minutes' id."""
        self.inspects(tablet, inspection)
        return self.issues(tablet, inspection)


def team_of(office: Office, count: int, name: str = "Trần Văn Trưởng") -> Team:
    """Hire a leader and plan their inspections."""
    leader = office.hires("team_leader", name)
    sites = [office.registers_establishment(name=f"Cửa hàng xăng dầu số {number + 1}") for number in range(count)]
    campaign = office.opens_campaign(leader, establishments=sites)
    return Team(office, leader, [office.plans_inspection(campaign, site, leader) for site in sites])


def department(office: Office) -> Office:
    """The department itself with a series of numbers."""
    office.has_organisation()
    office.opens_series()
    return office


def qr(cose: str) -> str:
    """The text in the code of a printed paper."""
    return seal.qr_text(HOST, base64.urlsafe_b64decode(cose + "=" * (-len(cose) % 4)))


def paper_of(tablet: Tablet, minutes: str) -> dict[str, Any]:
    """Minutes as the tablet holds them."""
    return dict(tablet.documents["minutes", minutes]["state"])
