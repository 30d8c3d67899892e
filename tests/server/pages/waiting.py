"""Inspections that wait for a decision with nothing odd about them: what a supervisor may approve together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from checklists import catalog
from server.db import documents
from server.security.keys import server_key
from server.services import minutes
from tests.builders import Office, Person

CHECKLIST = "goods-survey"


@dataclass
class Waiting:
    """One inspection that waits, and its site's name."""

    id: str
    campaign: str
    name: str
    finding: str

    @property
    def path(self) -> str:
        """Its page."""
        return f"/inspections/{self.id}"


@dataclass
class Desks:
    """One campaign whose inspections come in one after the other."""

    office: Office
    leader: Person
    campaign: str = ""

    def files(
        self, name: str, *, answer: str = "conforming", signed: bool = True, issued_at: datetime | None = None
    ) -> Waiting:
        """Let an inspection be made and issued: every required item answered, the signed copy sent."""
        office = self.office
        site = office.registers_establishment(name=name)
        if not self.campaign:
            office.has_organisation()
            office.opens_series()
            self.campaign = office.opens_campaign(self.leader, checklists=(CHECKLIST,), establishments=[site])
        id = office.plans_inspection(self.campaign, site, self.leader, codes=(CHECKLIST,))
        scope = f"campaign:{self.campaign}"
        keys = [i.key for s in catalog.load().latest(CHECKLIST).sections for i in s.items if i.required]
        findings = [office.records("finding", scope, self._finding(id, key, answer if key == keys[0] else "conforming"), parent=id)
                    for key in keys]  # fmt: skip
        self._visits(id, scope)
        with office.transaction() as session:
            key = server_key(office.app.config["SETTINGS"].instance)
            minutes.issue(session, id, "inspection", actor=self.leader.id, key=key, now=issued_at or datetime.now(UTC))
        if signed:
            page: dict[str, Any] = {"inspection_id": id, "finding_id": None, "purpose": "signed_paper", "status": "complete",
                                    "sha256": f"{len(name):02x}{id.replace('-', '')}".ljust(64, "0"), "exif": {},
                                    "taken_at": "2021-08-05T10:00:00+07:00", "warnings": []}  # fmt: skip
            office.records("photo", scope, page, parent=id)
        return Waiting(id, self.campaign, name, findings[0])

    def _finding(self, id: str, key: str, answer: str) -> dict[str, Any]:
        return {"inspection_id": id, "checklist": CHECKLIST, "item": key, "subject_id": None, "ordinal": 0, "answer": answer,
                "values": {}, "rows": [], "note": "", "photo_ids": [], "created_by": self.leader.id}  # fmt: skip

    def _visits(self, id: str, scope: str) -> None:
        with self.office.transaction() as session:
            found = documents.get(session, "inspection", id)
            assert found is not None
            visit = {"started_at": "2021-08-05T08:00:00+07:00", "ended_at": "2021-08-05T10:30:00+07:00",
                     "position": {"lat": "21.273123", "lon": "106.194612", "accuracy_m": "8"}}  # fmt: skip
            state = {**found.state, "status": "in_progress", "visits": [visit], "conclusion": "Đạt yêu cầu."}
        self.office.records("inspection", scope, state, id=id, parent=self.campaign)
