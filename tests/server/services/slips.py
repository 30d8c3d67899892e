"""A slip of a verification team in tests: an owner's scales, judged and concluded, ready for their papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from checklists import catalog
from checklists.limits import load_rules
from server.db import documents
from server.db.numbers import Series
from server.printing.minutes import render
from server.security.keys import server_key
from server.services import slip_papers, verification_papers
from server.services.verification_papers import Sheet
from server.settings import Settings
from sync.ids import answer_id, mark_id
from tests.builders import Office, Person

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
CODE = "mobile-verification"
SERIES = {"verification_record": "BB-KĐ", "verification_certificate": "GCN-KĐ", "inspection": "BB-ĐKT"}


@dataclass
class Slip:
    """Two scales of one owner at the team's table; everything through the ledger and the services."""

    office: Office
    settings: Settings
    leader: Person = field(init=False)
    campaign: str = field(init=False)
    day: str = field(init=False)
    site: str = field(init=False)
    scales: list[str] = field(init=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        office = self.office
        office.has_organisation()
        with office.transaction() as session:
            for series in SERIES.values():
                session.add(Series(series=series, symbol=series, organisation_id=office.organisation_id))
        self._house()
        self.leader = office.hires("team_leader", "Trần Văn Trưởng")
        self.site = office.registers_establishment(name="Hộ kinh doanh Chu Thị Rau")
        self.campaign = office.opens_campaign(
            self.leader, establishments=[self.site], kind="kiem_dinh_luu_dong", checklists=[CODE]
        )
        self.day = office.records("verification_session", f"campaign:{self.campaign}",
                                  {"campaign_id": self.campaign, "on": "2026-11-24", "place": "Chợ Kép",
                                   "environment": [{"at": "2026-11-24T08:00:00+07:00", "temperature": "24", "humidity": "70"}]},
                                  parent=self.campaign)  # fmt: skip
        self.scales = [self._scale("NH60-0221"), self._scale("NH30-0305")]
        self.id = self._brought()

    def _house(self) -> None:
        office = self.office
        with office.transaction() as session:
            found = documents.get(session, "organisation", office.organisation_id)
            assert found is not None
            state = {**found.state, "signers": [{"name": "Đào Xuân Vững", "title": "Giám đốc"}],
                     "series": [{"series": series, "symbol": series, "form": form} for form, series in SERIES.items()]}  # fmt: skip
        office.records("organisation", "agency", state, id=office.organisation_id)

    def _scale(self, serial: str) -> str:
        state = {"establishment_id": self.site, "type": "weighing_instrument", "maker": "Nhơn Hòa", "model": "NHS-60",
                 "serial": serial, "year": 2018, "attributes": {"name": "Cân đồng hồ lò xo", "e": "0.2", "unit": "kg"}}  # fmt: skip
        return self.office.records("instrument", "area:07213", state, parent=self.site)

    def _brought(self) -> str:
        checklist = catalog.load().latest(CODE)
        received = {
            id: {"at": f"2026-11-24T08:0{n}:00+07:00", "state": "Còn nguyên"} for n, id in enumerate(self.scales)
        }
        state = {
            "campaign_id": self.campaign, "establishment_id": self.site, "status": "in_progress", "session_id": self.day,
            "slip": "K7-012", "received": received, "visits": [{"started_at": "2026-11-24T08:00:00+07:00"}], "standards": [],
            "checklists": [{"code": CODE, "version": checklist.version, "sha256": checklist.sha256}], "rules": self._rules(),
            "lead_user_id": self.leader.id,
        }  # fmt: skip
        return self.office.records("inspection", f"campaign:{self.campaign}", state, parent=self.campaign)

    def _rules(self) -> dict[str, str]:
        rules = load_rules()
        return {"version": rules.version, "sha256": rules.sha256}

    def answers(self, item: str, subject: str, **more: Any) -> None:
        """Record an answer about a scale."""
        state = {"inspection_id": self.id, "checklist": CODE, "item": item, "subject_id": subject, "ordinal": 0, "answer": None,
                 "values": {}, "rows": [], "note": "", "photo_ids": [], "created_by": self.leader.id, **more}  # fmt: skip
        self.office.records("finding", f"campaign:{self.campaign}", state, parent=self.id,
                            id=answer_id(self.id, CODE, item, subject, 0))  # fmt: skip

    def passes(self, subject: str, until: str = "2027-11-30") -> None:
        """Record that a scale passed."""
        self.answers("KD03", subject, values={"mode": "periodic"})
        self.answers("KD07", subject, answer="conforming")
        self.answers("KD11", subject, values={"conclusion": "pass"})
        self.answers("KD15", subject, values={"value": until})

    def fails(self, subject: str) -> None:
        """Record that a scale failed the external check."""
        self.answers("KD07", subject, answer="nonconforming", note="Mặt số vỡ")
        self.answers("KD11", subject, values={"conclusion": "fail"})
        self.answers("KD18", subject, answer="conforming")

    def sticks(self, subject: str, serial: str) -> None:
        """Put a sticker on a scale."""
        state = {"session_id": self.day, "kind": "sticker", "serial": serial, "fate": "used", "inspection_id": self.id,
                 "instrument_id": subject, "place": "Mặt trước", "at": "2026-11-24T09:00:00+07:00"}  # fmt: skip
        self.office.records("mark", f"campaign:{self.campaign}", state, parent=self.day,
                            id=mark_id(self.office.organisation_id, "sticker", serial))  # fmt: skip

    def issues(self, form: str, subject: str, id: str | None = None, seen: str | None = None) -> str:
        """Issue a paper at the office."""
        with self.office.transaction() as session:
            return verification_papers.issue(session, self.id, form, subject, actor=self.leader.id, now=NOW,
                                             key=server_key(self.settings.instance), id=id, seen=seen)  # fmt: skip

    def certifies(self, subject: str) -> str:
        """Issue record and certificate; return the certificate."""
        self.issues("verification_record", subject)
        return self.issues("verification_certificate", subject)

    def replaces(self, certificate: str, reason: str, id: str | None = None) -> str:
        """Issue a certificate in another's place."""
        with self.office.transaction() as session:
            return verification_papers.replace(session, certificate, reason, actor=self.leader.id, now=NOW, id=id,
                                               key=server_key(self.settings.instance))  # fmt: skip

    def papers(self) -> dict[str, slip_papers.Papers]:
        """What may be issued of each scale."""
        with self.office.transaction() as session:
            return {each.instrument_id: each for each in slip_papers.of_slip(session, self.id, NOW)}

    def sheet(self, form: str, subject: str) -> Sheet:
        """What the office reads before it issues."""
        with self.office.transaction() as session:
            return verification_papers.sheet(session, self.id, form, subject, at=NOW, actor=self.leader.id)

    def records_of(self, subject: str) -> list[str]:
        """The records about a scale that were ever issued."""
        with self.office.transaction() as session:
            found = documents.children(session, self.id, "minutes")
            return [
                d.id for d in found if (d.state["form"], d.state["instrument_id"]) == ("verification_record", subject)
            ]

    def drafts(self, form: str, subject: str) -> bytes:
        """Print a draft."""
        with self.office.transaction() as session:
            return verification_papers.draft(session, self.id, form, subject, render, host="kiemtra.vn", at=NOW,
                                             actor=self.leader.id)  # fmt: skip

    def becomes(self, subject: str, type: str, on: str) -> None:
        """Let a scale be an instrument of another kind, and the session be of another day."""
        for kind, id, said in (("instrument", subject, {"type": type}), ("verification_session", self.day, {"on": on})):
            with self.office.transaction() as session:
                found = documents.get(session, kind, id)
                assert found is not None
                state, scope, parent = {**found.state, **said}, found.scope, found.parent
            self.office.records(kind, scope, state, id=id, parent=parent)

    def state(self, kind: str, id: str) -> dict[str, Any]:
        """The state of a document now."""
        with self.office.transaction() as session:
            found = documents.get(session, kind, id)
            assert found is not None
            return dict(found.state)


def fresh() -> str:
    """An id that a form carries."""
    return str(uuid4())
