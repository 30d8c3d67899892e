"""The department of the model: two campaigns over three communes, four inspectors with different scopes, a supervisor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from checklists import catalog
from checklists.limits import load_rules
from tests.sync.model.driver import Driver
from tests.sync.model.tablet import Shared, Tablet

AREAS = ("07213", "07216", "07219")
CHECKLIST = "fuel-dispenser"
ORGANISATION = "0190a0a0-0000-7000-8000-00000000000a"
ROLL = 5
"""Stickers of each tablet; its roll begins at its place times this."""


@dataclass
class Site:
    """One establishment with one dispenser and one planned inspection of a campaign."""

    campaign: str
    establishment: str
    instrument: str
    inspection: str

    @property
    def scope(self) -> str:
        """The campaign's scope."""
        return f"campaign:{self.campaign}"


@dataclass
class Scene:
    """Who and what there is. `teams`: campaign -> {user: role}, as the office has it now."""

    driver: Driver
    shared: Shared = field(default_factory=Shared)
    tablets: list[Tablet] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    teams: dict[str, dict[str, str]] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=dict)
    everyone: list[str] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    """Campaign -> the session in which its stickers are used."""
    revoked: dict[str, set[str]] = field(default_factory=dict)
    """Device -> its operations that were in the journal when it was revoked."""

    def open(self, tablets: int) -> None:
        """Hire, enrol, register the sites and open the campaigns; the first sites are shared."""
        self.everyone = [self.driver.hire("inspector") for _ in range(4)]
        one, both, two, fourth = self.everyone
        campaigns = [self.shared.new_id(), self.shared.new_id()]
        stations = [self._register(area) for area in AREAS]
        self.teams = {campaigns[0]: {one: "leader", both: "member", fourth: "member"},
                      campaigns[1]: {both: "leader", two: "member"}}  # fmt: skip
        self.targets = {campaigns[0]: [s[0] for s in stations[:2]], campaigns[1]: [s[0] for s in stations[1:]]}
        for campaign in campaigns:
            self.writes_campaign(campaign)
        for place, (establishment, instrument) in zip((0, 0, 1, 1), (*stations[:2], *stations[1:]), strict=True):
            inspection = self._plan(campaigns[place], establishment)
            self.sites.append(Site(campaigns[place], establishment, instrument, inspection))
        for campaign in campaigns:
            self.sessions[campaign] = self.shared.new_id()
            self.driver.write("verification_session", self.sessions[campaign], f"campaign:{campaign}",
                              {"campaign_id": campaign, "on": "2026-11-24", "environment": []}, campaign)  # fmt: skip
        for place in range(tablets):
            self.tablets.append(self.enrols(self.everyone[place]))
            self._hands_out(self.tablets[-1], 1 + ROLL * place)

    def _hands_out(self, tablet: Tablet, first: int) -> None:
        tablet.roll, tablet.next_sticker = self.shared.new_id(), first
        self.driver.write("mark_lease", tablet.roll, f"device:{tablet.device_id}", {
            "organisation_id": ORGANISATION, "kind": "sticker", "prefix": "T", "digits": 3, "first": first,
            "last": first + ROLL - 1, "device_id": tablet.device_id, "returned": [], "written_off": []})  # fmt: skip

    def enrols(self, user_id: str) -> Tablet:
        """Put a tablet into someone's hands; its key is reproducible."""
        secret = (len(self.tablets) + 1).to_bytes(32, "big")
        device = self.driver.enrol(user_id, secret)
        return Tablet(self.driver, self.shared, device, user_id, Ed25519PrivateKey.from_private_bytes(secret))

    def writes_campaign(self, campaign: str) -> None:
        """Write a campaign with its present team."""
        team = [{"user_id": user, "name": "Nguyễn Văn Kiểm", "title": "Kiểm tra viên", "agency": "Sở KH&CN", "role": role,
                 "certificate": None} for user, role in sorted(self.teams[campaign].items())]  # fmt: skip
        state = {"code": campaign[-4:], "title": "Kiểm tra đo lường xăng dầu", "kind": "kiem_tra_nha_nuoc",
                 "checklists": [CHECKLIST], "team": team, "organisation_id": ORGANISATION, "establishment_ids": self.targets[campaign]}  # fmt: skip
        self.driver.write("campaign", campaign, f"campaign:{campaign}", state)

    def remember_office(self) -> None:
        """After a restore the office's own picture is that of the server again; a revocation may have been lost."""
        self.revoked.clear()
        for document in self.driver.picture().documents.values():
            if document.kind == "campaign":
                self.teams[document.id] = {m["user_id"]: m["role"] for m in document.state["team"]}
                self.targets[document.id] = list(document.state["establishment_ids"])

    def _register(self, area: str) -> tuple[str, str]:
        site, pump = self.shared.new_id(), self.shared.new_id()
        self.driver.write("establishment", site, f"area:{area}", {"name": f"Cửa hàng xăng dầu {area}", "area_code": area,
                          "phone": "", "business_lines": ["xăng dầu"]})  # fmt: skip
        self.driver.write("instrument", pump, f"area:{area}", {"establishment_id": site, "type": "fuel_dispenser",
                          "serial": "A-1", "attributes": {}}, site)  # fmt: skip
        return site, pump

    def _plan(self, campaign: str, establishment: str) -> str:
        id = self.shared.new_id()
        self.driver.write("inspection", id, f"campaign:{campaign}", inspection_state(campaign, establishment), campaign)
        return id


def inspection_state(campaign: str, establishment: str) -> dict[str, Any]:
    """A planned inspection that pins the published checklist and rules."""
    checklist = catalog.load().get(CHECKLIST, 1)
    assert checklist is not None
    rules = load_rules()
    return {"campaign_id": campaign, "establishment_id": establishment,
            "checklists": [{"code": CHECKLIST, "version": 1, "sha256": checklist.sha256}],
            "rules": {"version": rules.version, "sha256": rules.sha256}, "planned_on": "2026-11-24", "status": "planned",
            "visits": [], "standards": [], "conclusion": None}  # fmt: skip
