"""A market day: a campaign of mobile verification with a session, one slip of two scales, and two tablets with rolls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync.ids import mark_id
from tests.sync.tablet import Tablet
from tests.sync.world import Server

AT = "2026-11-24T14:00:00+07:00"


@dataclass
class Market:
    """The session at a market: `leader` and `member` (a verifier) each hold a roll of 20 stickers."""

    server: Server
    organisation: str
    campaign: str
    scope: str
    area: str
    establishment: str
    session: str
    slip: str
    scales: tuple[str, str]
    leader: Tablet
    member: Tablet
    rolls: dict[str, str]

    def mark(self, serial: str, kind: str = "sticker", /, **more: Any) -> dict[str, Any]:
        """Fields of a used sticker."""
        return {"session_id": self.session, "kind": kind, "serial": serial, "lease_id": None, "fate": "used",
                "inspection_id": self.slip, "instrument_id": self.scales[0], "at": AT, **more}  # fmt: skip

    def uses(self, tablet: Tablet, serial: str, kind: str = "sticker", /, **more: Any) -> dict[str, Any]:
        """Record a mark from a tablet's own roll and send it; returns the result."""
        fields = self.mark(serial, kind, **{"lease_id": self.rolls[tablet.device_id], **more})
        return tablet.do("mark", self.id(serial, kind), self.scope, "create", parent=self.session, set=fields)

    def id(self, serial: str, kind: str = "sticker") -> str:
        """The id of a serial."""
        return mark_id(self.organisation, kind, serial)

    def counts(self, tablet: Tablet, **counted: int) -> dict[str, Any]:
        """Count rolls (all by their ids); returns the stocktake as the server holds it."""
        rows = [{"lease_id": roll.replace("_", "-"), "counted": left} for roll, left in counted.items()]
        id = self.server.new_id()
        fields = {"session_id": self.session, "device": tablet.device_id, "at": AT, "counts": rows}
        result = tablet.do("stocktake", id, self.scope, "create", parent=self.session, set=fields)
        assert result["status"] == "applied", result
        return self.server.state("stocktake", id)


def open_market(server: Server | None = None) -> Market:
    """Open a session with one slip; the leader's roll is KD26-0001 to -0020, the verifier's goes on to -0040."""
    server = server or Server()
    organisation, campaign, site, slip, session = (server.new_id() for _ in range(5))
    scope, area = f"campaign:{campaign}", "area:07213"
    server.office("campaign", campaign, scope, {"title": "Kiểm định lưu động", "kind": "kiem_dinh_luu_dong",
                                                "organisation_id": organisation})  # fmt: skip
    server.office("establishment", site, area, {"name": "Bà Lan", "area_code": "07213"})
    scales = server.new_id(), server.new_id()
    for number, scale in enumerate(scales, 1):
        server.office("instrument", scale, area, {"establishment_id": site, "type": "scale", "serial": f"C-{number}"},
                      parent=site)  # fmt: skip
    leader = Tablet(server, server.enrol(scope, area, user="leader", leads=campaign))
    member = Tablet(server, server.enrol(scope, area, user="member"))
    server.change_device(member.device_id, verified_campaigns=frozenset({campaign}))
    rolls = {}
    for first, tablet in ((1, leader), (21, member)):
        rolls[tablet.device_id] = server.new_id()
        server.office("mark_lease", rolls[tablet.device_id], f"device:{tablet.device_id}", {
            "organisation_id": organisation, "kind": "sticker", "prefix": "KD26-", "digits": 4, "first": first,
            "last": first + 19, "device_id": tablet.device_id, "returned": []})  # fmt: skip
    opened = leader.do("verification_session", session, scope, "create", parent=campaign,
                       set={"campaign_id": campaign, "on": "2026-11-24", "place": "Chợ Đồng Nguyên"})  # fmt: skip
    made = leader.do("inspection", slip, scope, "create", parent=campaign, set={
        "campaign_id": campaign, "establishment_id": site, "session_id": session, "slip": "K7-001",
        "status": "planned", "received": {scales[0]: {"at": AT, "state": "bình thường"}}})  # fmt: skip
    assert (opened["status"], made["status"]) == ("applied", "applied"), (opened, made)
    return Market(server, organisation, campaign, scope, area, site, session, slip, scales, leader, member, rolls)
