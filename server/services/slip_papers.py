"""The instruments of a slip with their papers: which stand, and all that stands in the way of the next ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from checklists.limits import RuleSet
from checklists.verified_until import proposed_until, refused_until
from server.db import documents
from server.db.documents import Document
from server.errors import Problem
from server.services import minutes, paper_chain, paper_desk, rules
from server.services.days import day_of
from server.services.verification_facts import SESSION
from server.services.wording import INSPECTION_STATUSES
from sync.conclusions import verified_on
from sync.inspection import Status
from sync.paper_measures import STANDING
from sync.paper_verified import CODE, conclusion_of, name_of
from sync.paper_words import local

RECORD, CERTIFICATE = "verification_record", "verification_certificate"
VALID_UNTIL = "KD15"
AT_SLIP, AT_RESULTS, AT_RECORD, AT_PAPER, AT_SERIES = "slip", "results", "record", "paper", "series"
"""Where an obstacle is seen to: the slip, its results, the record to issue first, the paper that stands, the numbers."""
_OPEN = (Status.IN_PROGRESS, Status.ISSUED, Status.RETURNED)
_NOT_CONCLUDED = "Chưa ghi kết luận (mục KD11)."
_NO_CERTIFICATE = {
    "fail": "Phương tiện đo không đạt: chỉ lập biên bản kiểm định, không cấp giấy chứng nhận.",
    "inconclusive": "Phương tiện đo chưa kết luận được: chỉ lập biên bản kiểm định, không cấp giấy chứng nhận.",
}
_NO_RECORD = "Chưa lập biên bản kiểm định của phương tiện đo này."
_NO_VALIDITY = "Chưa ghi thời hạn kiểm định (mục KD15)."
SENTENCES = (_NOT_CONCLUDED, *_NO_CERTIFICATE.values(), _NO_RECORD, _NO_VALIDITY)
"""The obstacles that say the same of every instrument."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a paper cannot be issued now, in a sentence, and where (AT_…) that is seen to."""

    said: str
    at: str


@dataclass(frozen=True, slots=True)
class Papers:
    """An instrument of a slip with its standing papers, and what stands in the way of the next ones (none = they can)."""

    instrument_id: str
    name: str
    serial: str
    conclusion: str
    record: str | None
    certificate: str | None
    """The ids of the standing papers."""
    before_record: Sequence[Obstacle]
    before_certificate: Sequence[Obstacle]
    closes: bool
    """Whether its record is the slip's last."""

    def standing(self, form: str) -> str | None:
        """Return the id of the standing paper of a form."""
        return self.record if form == RECORD else self.certificate

    def before(self, form: str) -> Sequence[Obstacle]:
        """Return what stands in the way of a form."""
        return self.before_record if form == RECORD else self.before_certificate

    @property
    def is_certifiable(self) -> bool:
        """Whether it may get a certificate at all: what did not pass gets its record alone."""
        return self.conclusion not in _NO_CERTIFICATE


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip with what its papers rest on."""

    inspection: Document
    organisation: dict[str, Any]
    rules: RuleSet
    on: date
    """The day of the verification."""
    instruments: Mapping[str, State]
    findings: Sequence[State]
    papers: Sequence[Document]
    """Those that stand."""

    def answers(self, instrument_id: str) -> dict[str, State]:
        """Return the answers about one instrument by item."""
        own = (f for f in self.findings if f.get("subject_id") == instrument_id and f.get("checklist") == CODE)
        return {str(f.get("item")): f for f in own}

    def paper(self, form: str, instrument_id: str) -> Document | None:
        """Return the standing paper of a form about an instrument, the last one where there are two."""
        own = [p for p in self.papers if p.state.get("form") == form and p.state.get("instrument_id") == instrument_id]
        return max(own, key=lambda p: str(p.state.get("issued_at")), default=None)

    @property
    def brought(self) -> list[str]:
        """The instruments that were received, else those that anything was found of."""
        received = [id for id in self.inspection.state.get("received") or {} if id in self.instruments]
        looked_at = {str(f.get("subject_id")) for f in self.findings if f.get("checklist") == CODE}
        return received or [id for id in self.instruments if id in looked_at]


def read(session: Session, inspection: Document, at: datetime) -> Slip:
    """Read a slip; one without a day of its own is of the day `at`."""
    state, site = inspection.state, str(inspection.state.get("establishment_id"))
    instruments = {d.id: d.state for d in documents.children(session, site, "instrument")}
    findings = [d.state for d in documents.children(session, inspection.id, "finding") if not d.state.get("voided")]
    papers = [d for d in documents.children(session, inspection.id, "minutes") if d.state.get("status") in STANDING]
    held = documents.get(session, SESSION, str(state.get("session_id") or ""))
    on = verified_on(state, None if held is None else held.state) or local(at).date()
    pinned = rules.by_version(session, str((state.get("rules") or {}).get("version"))) or rules.current(session)
    return Slip(inspection, paper_desk.house(session, inspection), pinned, on, instruments, findings, papers)


def of_slip(session: Session, inspection_id: str, at: datetime) -> list[Papers]:
    """Return the instruments of a slip in the order in which they were received, each with its papers."""
    slip = read(session, minutes.existing(session, "inspection", inspection_id), at)
    return [papers_of(slip, id) for id in slip.brought]


def papers_of(slip: Slip, instrument_id: str) -> Papers:
    """Return one instrument of a slip with its papers."""
    record, certificate = slip.paper(RECORD, instrument_id), slip.paper(CERTIFICATE, instrument_id)
    state = slip.instruments[instrument_id]
    others = [id for id in slip.brought if id != instrument_id and slip.paper(RECORD, id) is None]
    closed = any(p.state.get("closes") is True for p in slip.papers)
    return Papers(
        instrument_id, name_of(state), str(state.get("serial") or ""), conclusion_of(slip.answers(instrument_id)),
        None if record is None else record.id, None if certificate is None else certificate.id,
        _once(record) or list(_before_record(slip, instrument_id)),
        _once(certificate) or list(before_certificate(slip, instrument_id)),
        closes=not others and not closed,
    )  # fmt: skip


def before_certificate(slip: Slip, instrument_id: str) -> Iterator[Obstacle]:
    """Say what stands in the way of any certificate of an instrument, be it the first or one in another's place."""
    answers = slip.answers(instrument_id)
    conclusion = conclusion_of(answers)
    if conclusion in _NO_CERTIFICATE:
        yield Obstacle(_NO_CERTIFICATE[conclusion], AT_RESULTS)
        return
    if not conclusion:
        yield Obstacle(_NOT_CONCLUDED, AT_RESULTS)
    if slip.paper(RECORD, instrument_id) is None:
        yield Obstacle(_NO_RECORD, AT_RECORD)
    if conclusion:
        yield from _validity(slip, instrument_id, answers.get(VALID_UNTIL, {}))
    yield from _series(slip, CERTIFICATE)


def _once(paper: Document | None) -> list[Obstacle]:
    return [] if paper is None else [Obstacle(f"Đã lập, số {paper_chain.number_of(paper.state)}.", AT_PAPER)]


def _before_record(slip: Slip, instrument_id: str) -> Iterator[Obstacle]:
    status = str(slip.inspection.state.get("status"))
    if status not in _OPEN:
        yield Obstacle(f"Phiếu đang ở trạng thái “{INSPECTION_STATUSES.get(status, status)}”.", AT_SLIP)
    if not conclusion_of(slip.answers(instrument_id)):
        yield Obstacle(_NOT_CONCLUDED, AT_RESULTS)
    yield from _series(slip, RECORD)


def _validity(slip: Slip, instrument_id: str, finding: State) -> Iterator[Obstacle]:
    """Say what is wrong with the day until which it is to hold: a confirmed cycle may only be shortened."""
    said = str((finding.get("values") or {}).get("value") or "")
    until = day_of(said)
    if not said:
        yield Obstacle(_NO_VALIDITY, AT_RESULTS)
    elif until is None:
        yield Obstacle(f"Thời hạn kiểm định “{said}” (mục KD15) không phải ngày.", AT_RESULTS)
    else:
        proposed = proposed_until(slip.rules, slip.instruments[instrument_id], slip.on)
        if refused := refused_until(until, slip.on, proposed):
            yield Obstacle(refused, AT_RESULTS)


def _series(slip: Slip, form: str) -> Iterator[Obstacle]:
    try:
        minutes.series_of(slip.organisation, form)
    except Problem as problem:
        yield Obstacle(problem.detail, AT_SERIES)
