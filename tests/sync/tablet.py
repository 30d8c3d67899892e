"""A simulated tablet: an outbox of operations with contiguous numbers, and the documents that it pulled."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync import seal
from sync.clock import read_instant
from sync.findings import fingerprint
from sync.ids import answer_id
from sync.world import Outcome
from tests.sync.world import CHECKLIST, Server

AT = "2026-11-24T14:00:00+07:00"


@dataclass
class Tablet:
    """One device. `write` puts an operation into the outbox, `push` sends, `pull` brings what changed."""

    server: Server
    device_id: str
    outbox: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0
    seq: int = 0
    cursor: dict[str, int] = field(default_factory=dict)
    held: dict[tuple[str, str], tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    at: str = AT

    def op(self, kind: str, id: str, scope: str, type: str = "patch", /, **more: Any) -> dict[str, Any]:
        """Make an operation with the next number, without queueing it."""
        self.seq += 1
        return {
            "op_id": more.pop("op_id", None) or self.server.new_id(), "device_seq": self.seq, "group": None, "kind": kind,
            "id": id, "parent": None, "type": type, "scope": scope, "base_rev": None, "set": {}, "base": {},
            "checklist": None, "at": self.at, "clock": {"boot": "b", "mono_ms": 1, "offset_ms": 0, "offset_age_s": 1},
            **more,
        }  # fmt: skip

    def write(self, kind: str, id: str, scope: str, type: str = "patch", /, **more: Any) -> dict[str, Any]:
        """Put an operation into the outbox."""
        raw = self.op(kind, id, scope, type, **more)
        self.outbox.append(raw)
        return raw

    def push(self) -> list[dict[str, Any]]:
        """Send everything not yet sent; returns the results."""
        batch, self.sent = self.outbox[self.sent :], len(self.outbox)
        return self.server.push(self.device_id, json.loads(json.dumps(batch)))

    def do(self, kind: str, id: str, scope: str, type: str = "patch", /, **more: Any) -> dict[str, Any]:
        """Write one operation and send it; returns its result."""
        self.write(kind, id, scope, type, **more)
        return self.push()[-1]

    def judge(self, *raws: Any) -> Outcome:
        """Have a batch judged without writing anything."""
        return self.server.try_push(self.device_id, list(raws))

    def pull(self) -> list[dict[str, Any]]:
        """Pull every granted scope and repair the own view; returns the items."""
        granted = self.server.devices[self.device_id].grants
        for scope in set(self.cursor) - granted:
            del self.cursor[scope]
            self.held = {key: value for key, value in self.held.items() if value[0] != scope}
        items = []
        for scope in sorted(granted):
            rows = [(seq, item) for (s, _, _), (seq, item) in self.server.feed.items() if s == scope]
            items += [json.loads(item) for seq, item in sorted(rows) if seq > self.cursor.get(scope, 0)]
            self.cursor[scope] = max([seq for seq, _ in rows], default=0)
        for item in items:
            self._take(item)
        return items

    def _take(self, item: dict[str, Any]) -> None:
        key = item["kind"], item["id"]
        known = self.held.get(key)
        if "gone" in item:
            if known is not None and known[0] == item["scope"]:
                del self.held[key]
            return
        if known is not None and known[0] == item["scope"]:
            assert item["rev"] >= known[1], "a document went back a revision (I5)"
        if known is None or item["rev"] >= known[1]:
            self.held[key] = item["scope"], item["rev"], item["state"]


@dataclass
class Station:
    """A campaign with one planned inspection of a fuel station, its area, and two inspectors who know it."""

    server: Server
    campaign: str
    scope: str
    area: str
    establishment: str
    inspection: str
    instrument: str
    leader: Tablet
    member: Tablet

    def answer(self, item: str = "FU01", ordinal: int = 0, subject: str | None = None) -> str:
        """The id of an answer."""
        return answer_id(self.inspection, "fuel-dispenser", item, subject, ordinal)

    def fields(self, item: str = "FU01", ordinal: int = 0, subject: str | None = None, **more: Any) -> dict[str, Any]:
        """What a create of a finding sets."""
        return {"inspection_id": self.inspection, "checklist": "fuel-dispenser", "item": item, "subject_id": subject,
                "ordinal": ordinal, **more}  # fmt: skip

    def record(
        self, tablet: Tablet, item: str = "FU01", ordinal: int = 0, subject: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Queue the creation of a finding; returns the operation."""
        return tablet.write("finding", self.answer(item, ordinal, subject), self.scope, "create", parent=self.inspection,
                            set=self.fields(item, ordinal, subject, **more))  # fmt: skip

    def starts(self) -> None:
        """The team begins its work on site."""
        visit = {"started_at": "2026-11-24T13:00:00+07:00", "ended_at": None, "position": None}
        found = self.leader.do("inspection", self.inspection, self.scope, set={"status": "in_progress", "visits": [visit]},
                               base={"status": "planned", "visits": []})  # fmt: skip
        assert found["status"] == "applied", found

    def paper(self, tablet: Tablet, number: int, /, **more: Any) -> dict[str, Any]:
        """Fields of minutes signed by this tablet over what the server holds now."""
        return sign(self, tablet, number, **more)


def open_station(server: Server | None = None) -> Station:
    """Open a campaign with an inspection planned at one station with one dispenser."""
    server = server or Server()
    campaign, site, inspection, pump = (server.new_id() for _ in range(4))
    scope, area = f"campaign:{campaign}", "area:07213"
    server.office("campaign", campaign, scope, {"title": "Kiểm tra xăng dầu", "kind": "kiem_tra_nha_nuoc"})
    server.office("establishment", site, area, {"name": "Cửa hàng số 1", "area_code": "07213", "phone": "",
                                                "business_lines": ["xăng"]})  # fmt: skip
    server.office("instrument", pump, area, {"establishment_id": site, "type": "fuel_dispenser", "serial": "A-1",
                                             "attributes": {"e": "1"}}, parent=site)  # fmt: skip
    pinned = {"code": CHECKLIST.code, "version": 1, "sha256": CHECKLIST.sha256}
    rules = {"version": server.rule_set.version, "sha256": server.rule_set.sha256}
    server.office("inspection", inspection, scope, {
        "campaign_id": campaign, "establishment_id": site, "checklists": [pinned], "rules": rules,
        "planned_on": "2026-11-24", "status": "planned", "visits": [], "standards": [], "conclusion": None,
        "review": None}, parent=campaign)  # fmt: skip
    leader = Tablet(server, server.enrol(scope, area, user="leader", leads=campaign))
    member = Tablet(server, server.enrol(scope, area, user="member"))
    return Station(server, campaign, scope, area, site, inspection, pump, leader, member)


def sign(
    station: Station, tablet: Tablet, number: int, *, closes: bool = True, amends: str | None = None,
    findings: list[dict[str, str]] | None = None, series: str = "BB-ĐKT", form: str = "inspection",
    issued_at: str = "2026-11-24T15:00:00+07:00",
) -> dict[str, Any]:  # fmt: skip
    """Sign minutes over the findings as the server holds them (or as given)."""
    server = station.server
    if findings is None:
        live = server.children(station.inspection, "finding")
        findings = [{"id": f.id, "sha256": fingerprint(f.state)} for f in live]
    canonical = seal.canonical_text({"form": form, "findings": findings, "number": {"number": number}})
    moment = read_instant(issued_at)
    assert isinstance(moment, datetime)
    claims = seal.Claims(series=series, year=2026, number=number, issued_at=int(moment.timestamp()),
                         sha256=seal.digest(canonical), establishment=station.establishment)  # fmt: skip
    cose = base64.urlsafe_b64encode(seal.seal(claims, server.keys[tablet.device_id])).rstrip(b"=").decode()
    return {"inspection_id": station.inspection, "form": form, "closes": closes, "series": series, "year": 2026,
            "number": number, "canonical": canonical, "cose": cose, "issued_at": issued_at, "amends": amends}  # fmt: skip
