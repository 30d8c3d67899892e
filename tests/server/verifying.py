"""A mobile team's day in tests: a campaign with verifiers, a session, owners with their instruments, papers, marks, money."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sync import ids
from tests.builders import AREA, Office, Person

DAY = "2021-08-05"
CODE = "mobile-verification"
TORN = "0190f5aa-0000-7000-8000-0000000000aa"
"""The photo of whatever was spoiled; its record has not come."""


def at(minute: int) -> str:
    """An instant of the day, so many minutes after eight."""
    return f"{DAY}T{8 + minute // 60:02d}:{minute % 60:02d}:00+07:00"


@dataclass
class Team:
    """A mobile verification with its verifier, and what it writes."""

    office: Office
    leader: Person
    verifier: Person
    campaign: str
    session: str
    _count: int = 0
    slips: list[str] = field(default_factory=list)

    @property
    def scope(self) -> str:
        """Where everything lies."""
        return f"campaign:{self.campaign}"

    def receives(self, site: str, instruments: Sequence[str], *, session: str = "") -> str:
        """Write a slip with what an owner brought; return its id."""
        self._count += 1
        id = self.office.plans_inspection(self.campaign, site, self.leader, (CODE,))
        received = {each: {"at": at(self._count), "state": "Bình thường"} for each in instruments}
        self.amends("inspection", id, session_id=session or self.session, slip=f"K7-{self._count:03d}",
                    received=received, handed_back={}, status="in_progress")  # fmt: skip
        self.slips.append(id)
        return id

    def concludes(self, slip: str, instrument: str, conclusion: str, *, adjusted: bool = False, procedure: str = "30-2019") -> None:  # fmt: skip
        """Write what was found of one instrument."""
        self.finds(slip, instrument, "KD04", values={"procedure": procedure})
        self.finds(slip, instrument, "KD07", answer="conforming" if conclusion != "fail" else "nonconforming")
        if adjusted:
            self.finds(slip, instrument, "KD10", answer="conforming")
        self.finds(slip, instrument, "KD11", values={"conclusion": conclusion})

    def finds(self, slip: str, instrument: str, item: str, **said: Any) -> str:
        """Write one finding."""
        state = {"inspection_id": slip, "checklist": CODE, "item": item, "subject_id": instrument, "ordinal": 0,
                 "answer": None, "values": {}, "rows": [], "note": "", "photo_ids": [], "created_by": self.verifier.id, **said}  # fmt: skip
        id = ids.answer_id(slip, CODE, item, instrument, 0)
        return self.office.records("finding", self.scope, state, id=id, parent=slip)

    def issues(self, slip: str, instrument: str, form: str, number: int, *, conclusion: str = "pass", **more: Any) -> str:  # fmt: skip
        """Write a paper about one instrument."""
        said = {"number": {"text": f"{number}/KĐ"}, "verification": {"conclusion": conclusion}}
        state = {"inspection_id": slip, "instrument_id": instrument, "form": form, "series": "BBKD" if form.endswith("record") else "GCN",
                 "year": 2021, "number": number, "canonical": json.dumps(said), "cose": "", "issued_at": at(60 + number), "closes": False,
                 "status": "issued", "handling": [], "warnings": [], "diverged": [], "created_by": self.verifier.id, **more}  # fmt: skip
        return self.office.records("minutes", self.scope, state, parent=slip)

    def marks(self, serial: str, slip: str = "", instrument: str = "", *, kind: str = "sticker", session: str = "") -> str:  # fmt: skip
        """Use a sticker or seal, or spoil it where no instrument is named."""
        used = bool(instrument)
        state: dict[str, Any] = {"session_id": session or self.session, "kind": kind, "serial": serial, "lease_id": None,
                 "fate": "used" if used else "spoiled", "inspection_id": slip or None, "instrument_id": instrument or None,
                 "place": "Mặt trước", "reason": "" if used else "Rách", "photo_ids": [] if used else [TORN], "at": at(30)}  # fmt: skip
        return self.office.records("mark", self.scope, state, parent=session or self.session)

    def takes(self, slip: str, method: str, lines: Sequence[tuple[str, str]], **payer: str) -> str:
        """Take money for (text, amount)."""
        rows = [{"instrument_id": None, "price_id": None, "text": text, "amount": amount} for text, amount in lines]
        state = {"inspection_id": slip, "lines": rows, "method": method, "payer": payer or None,
                 "amount": str(sum(int(amount) for _, amount in lines)), "at": at(50), "created_by": self.verifier.id}  # fmt: skip
        return self.office.records("payment", self.scope, state, parent=slip)

    def hands_back(self, slip: str, instruments: Sequence[str]) -> None:
        """Give instruments back to their owner."""
        self.amends("inspection", slip, handed_back={each: {"at": at(90), "to": "Chủ"} for each in instruments})

    def amends(self, kind: str, id: str, **said: Any) -> None:
        """Change fields of a document."""
        from server.db import documents

        with self.office.transaction() as session:
            found = documents.get(session, kind, id)
            assert found is not None
            state, parent, scope = {**found.state, **said}, found.parent, found.scope
        self.office.records(kind, scope, state, id=id, parent=parent)


def team_of(office: Office, *, procedures: Sequence[str] = ("30-2019",), standards: Sequence[str] = ()) -> Team:
    """Open a mobile verification with one session in the commune."""
    leader, verifier = office.hires("team_leader", "Hoàng Minh Đức"), office.hires("inspector", "Vũ Thị Lan")
    team = [
        {"user_id": leader.id, "name": leader.name, "title": "Tổ trưởng", "agency": "Chi cục TĐC", "role": "leader", "certificate": None},
        {"user_id": verifier.id, "name": verifier.name, "title": "Kiểm định viên", "agency": "Chi cục TĐC", "role": "verifier",
         "certificate": {"number": "07/TKĐV", "valid_to": "2030-01-01"}, "procedures": list(procedures)},
    ]  # fmt: skip
    campaign = office.opens_campaign(leader, checklists=(CODE,), kind="kiem_dinh_luu_dong", team=team, code="KDLD-2021-08",
                                     title="Kiểm định lưu động tháng 8", programme_activity="BG-2021/A23")  # fmt: skip
    opened = Team(office, leader, verifier, campaign, "")
    opened.session = opens_session(opened, standards=list(standards))
    return opened


def opens_session(team: Team, **said: Any) -> str:
    """Open a session of the team's campaign."""
    state = {"campaign_id": team.campaign, "on": DAY, "place": "Chợ Kép", "area_code": AREA, "verifiers": [team.verifier.id],
             "environment": [{"at": at(0), "temperature": "27.5", "humidity": "68"}], "standards": [], "standard_overrides": {},
             "closed_at": None, **said}  # fmt: skip
    return team.office.records("verification_session", team.scope, state, id=str(uuid4()), parent=team.campaign)


def owner(office: Office, name: str, serials: Sequence[str], *, type: str = "weighing_instrument", area: str = AREA) -> tuple[str, list[str]]:  # fmt: skip
    """Register an owner with instruments of one kind; return both."""
    site = office.registers_establishment(area, name)
    rows = []
    for serial in serials:
        state = {"establishment_id": site, "type": type, "maker": "Nhơn Hòa", "model": "CĐH-60", "serial": serial, "year": 2018,
                 "attributes": {}, "verified_until": "2021-09-30", "mark_serial": "", "certificate_number": "", "new_price": None}  # fmt: skip
        rows.append(office.records("instrument", f"area:{area}", state, parent=site))
    return site, rows
