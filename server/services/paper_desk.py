"""The office's desk for papers: which may be issued now and why not, a draft to read, and issuing one exactly once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import history, minutes, paper_chain, samples
from server.services.wording import INSPECTION_STATUSES
from sync import paper_attempt, seal
from sync.inspection import Status
from sync.paper_forms import FORMS, Form
from sync.paper_measures import Traced, traced
from sync.paper_words import MEASURES

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that the office can issue, or why it cannot now (`blocked`, '' = it can)."""

    form: str
    name: str
    blocked: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper about to be issued, as the page of confirmation shows it. `seen` = the number of the last change in it."""

    offer: Offer
    seen: int
    content: State
    closes: bool
    signers: Sequence[State]
    amends: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of issuing: `done`, `already` (this very form was sent before), or `stale` with what changed."""

    result: str
    minutes_id: str = ""
    changes: Sequence[history.Entry] = field(default=())


@dataclass(frozen=True, slots=True)
class _Case:
    """An inspection with what its papers may rest on."""

    inspection: Document
    organisation: dict[str, Any]
    papers: Sequence[State]
    measures: Sequence[State]
    earlier: Sequence[State]
    photos: Sequence[State]
    samples: Sequence[State]
    """Those that no standing paper lists."""
    results: Sequence[State]
    """Those that no standing notice tells."""

    @property
    def status(self) -> str:
        return str(self.inspection.state.get("status"))

    def own(self, form: str) -> list[State]:
        """The standing papers of a form that are this inspection's own, the oldest first."""
        return [p for p in self.papers if p["form"] == form and p["is_own"]]

    def rows(self, form: Form) -> list[Traced]:
        """The measures that a paper of this form would list."""
        return traced(form, self.measures, self.earlier, self.papers)


def offers(session: Session, inspection: Document) -> list[Offer]:
    """Return every paper of the desk for an inspection, in the order in which they come about."""
    case = _case(session, inspection)
    return [_offer(case, form) for form in _CHECKS]


def sheet(session: Session, inspection_id: str, form: str, at: datetime) -> Sheet:
    """Return what would be issued now; 404 for a form that the desk does not issue."""
    inspection = minutes.existing(session, "inspection", inspection_id)
    case = _case(session, inspection)
    offer = _offer(case, _known(form))
    first = _first(session, case, form)
    content = minutes.compose(session, inspection, form=form, number=None, at=at, first=first)
    signers = case.organisation.get("signers") or []
    return Sheet(offer, history.newest_seq(session, inspection.id, inspection.scope), content, FORMS[form].closes,
                 signers if FORMS[form].is_notice else [],
                 "" if first is None else str(content["amends"]["text"]))  # fmt: skip


def draft(
    session: Session, inspection_id: str, form: str, render: minutes.Render, *, host: str, at: datetime, signer: str = ""
) -> bytes:  # fmt: skip
    """Print what would be issued now as BẢN DỰ THẢO, without a number."""
    inspection = minutes.existing(session, "inspection", inspection_id)
    case = _case(session, inspection)
    first = _first(session, case, _known(form))
    composed = minutes.compose(session, inspection, form=form, number=None, at=at, first=first,
                               signer=_signer(case, form, signer))  # fmt: skip
    return render(seal.canonical_text(composed), None, host=host, status="draft")


def issue(
    session: Session, inspection_id: str, form: str, *, actor: str, key: Ed25519PrivateKey, now: datetime,
    id: str | None = None, seen: int | None = None, signer: str = "", amends: str | None = None,
) -> Outcome:  # fmt: skip
    """Issue a paper; the caller holds the write transaction.

    Sending the same `id` twice is harmless. With `seen`, nothing is issued where anything changed since the draft was
    read. Refuses (409) a form that may not be issued now, with the reason.
    """
    inspection = minutes.existing(session, "inspection", inspection_id, lock=True)
    before = documents.get(session, "minutes", id) if id else None
    if before is not None:
        if before.parent != inspection.id or before.state.get("form") != form:
            raise Problem(ProblemCode.CONFLICT, "Biểu mẫu này đã dùng cho văn bản khác: hãy mở lại trang.")
        return Outcome("already", before.id)
    case = _case(session, inspection)
    offer = _offer(case, _known(form))
    if offer.blocked:
        raise Problem(
            ProblemCode.CONFLICT, f"Chưa phát hành được {offer.name[:1].lower()}{offer.name[1:]}: {offer.blocked}"
        )
    if seen is not None:
        changes = history.of_inspection(session, inspection.id, inspection.scope, after=seen)
        if changes:
            return Outcome("stale", changes=changes)
    first = _first(session, case, form)
    made = minutes.issue(session, inspection_id, form, actor=actor, key=key, now=now, id=id,
                         amends=amends or (None if first is None else first.id),
                         signer=_signer(case, form, signer))  # fmt: skip
    return Outcome("done", made)


def _case(session: Session, inspection: Document) -> _Case:
    inspections = paper_chain.chain(session, inspection)
    own = {d.id for d in documents.children(session, inspection.id, "minutes")}
    papers = [{**p, "is_own": p["id"] in own} for p in paper_chain.standing_papers(session, inspections)]
    measures = [{"id": d.id, **d.state} for d in documents.children(session, inspection.id, "measure")]
    photos = [d.state for d in documents.children(session, inspection.id, "photo")]
    taken, _ = samples.on_paper(session, inspection.id, "sampling")
    _, told = samples.on_paper(session, inspection.id, "result_notice")
    earlier = paper_chain.earlier_measures(session, inspections)
    return _Case(inspection, house(session, inspection), papers, measures, earlier, photos, taken, told)


def house(session: Session, inspection: Document) -> dict[str, Any]:
    """Return the agency whose inspection it is; an inspection without one is shown, its papers are not issued."""
    try:
        return minutes.organisation_of(session, inspection)
    except Problem:
        return {}


def _known(form: str) -> str:
    if form not in _CHECKS:
        raise Problem(ProblemCode.NOT_FOUND, "Không có loại văn bản này.")
    return form


def _offer(case: _Case, form: str) -> Offer:
    blocked = _CHECKS[form](case, FORMS[form])
    if not blocked:
        try:
            minutes.series_of(case.organisation, form)
        except Problem as problem:
            blocked = problem.detail
        if FORMS[form].is_notice and not case.organisation.get("signers"):
            blocked = "Cơ quan chưa khai người ký văn bản."
    return Offer(form, FORMS[form].name, blocked)


def _first(session: Session, case: _Case, form: str) -> Document | None:
    """Return the minutes that an amendment amends: the inspection's last closing ones."""
    found = case.own("inspection") if form == "amendment" else []
    return minutes.existing(session, "minutes", found[-1]["id"]) if found else None


def _signer(case: _Case, form: str, name: str) -> State | None:
    """Return who signs a notice: the one named, else the agency's head; refuses a name that is not its signer's."""
    if not FORMS[form].is_notice:
        return None
    signers: Sequence[State] = case.organisation.get("signers") or []
    found = next((each for each in signers if not name or each.get("name") == name), None)
    if name and found is None:
        raise Problem(ProblemCode.INVALID_REQUEST, "Người ký này không có trong danh sách người ký của cơ quan.")
    return found


def _in_status(case: _Case, *statuses: str) -> str:
    if case.status in statuses:
        return ""
    said = INSPECTION_STATUSES.get(case.status, case.status)
    return f"Cuộc kiểm tra đang ở trạng thái “{said}”."


def _once(case: _Case, form: Form) -> str:
    own = case.own(form.code)
    return f"Đã lập, số {own[-1]['text']}." if own else ""


def _announcement(case: _Case, form: Form) -> str:
    said = "" if case.inspection.state.get("decision_announced_at") else "Đoàn chưa ghi giờ công bố quyết định."
    return _once(case, form) or _in_status(case, Status.PLANNED, Status.IN_PROGRESS) or said


def _working(case: _Case, _form: Form) -> str:
    return _in_status(case, Status.IN_PROGRESS)


def _inspection(case: _Case, form: Form) -> str:
    return _once(case, form) or _in_status(case, Status.IN_PROGRESS)


def _amendment(case: _Case, _form: Form) -> str:
    missing = "" if case.own("inspection") else "Chưa có biên bản kiểm tra nào để bổ sung."
    return missing or _in_status(case, Status.RETURNED, Status.ISSUED)


def _measure(case: _Case, form: Form) -> str:
    rows, act = case.rows(form), MEASURES[form.measure].lower()
    if not rows:
        any_at_all = any(m.get("type") == form.measure for m in case.measures)
        return f"Việc {act} đã ghi đều có văn bản." if any_at_all else f"Chưa ghi việc {act} nào."
    if form.rests_on and any(row.paper is None for row in rows):
        return _RESTS_ON[form.code]
    return ""


def _sampling(case: _Case, form: Form) -> str:
    if form.tells_results:
        return "" if case.results else "Không có kết quả thử nghiệm nào chưa thông báo."
    return "" if case.samples else "Không có mẫu nào chưa ghi vào biên bản lấy mẫu."


def _not_carried_out(case: _Case, form: Form) -> str:
    refused = _once(case, form) or _in_status(case, Status.PLANNED, Status.NOT_CARRIED_OUT)
    if refused:
        return refused
    state = case.inspection.state
    found = paper_attempt.of(state)
    evidence = [p for p in case.photos if p.get("purpose") == "evidence" and not p.get("voided")]
    has_witness = paper_attempt.witnessed(found) or str(found.get("no_witness_reason") or "").strip()
    lacks = [
        word
        for word, is_there in (
            ("lý do", found.get("cause") and str(state.get("reason") or "").strip()),
            ("thời điểm đoàn đến", found.get("at")),
            ("ảnh hiện trạng", evidence),
            ("người chứng kiến hoặc lý do không có", has_witness),
        )
        if not is_there
    ]
    return f"Đoàn chưa ghi: {', '.join(lacks)}." if lacks else ""


_RESTS_ON = {
    "unsealing": "Niêm phong được mở chưa có trong biên bản nào.",
    "suspension_notice": "Việc tạm dừng chưa có trong biên bản nào; thời gian tạm dừng tính từ khi ký biên bản.",
    "resumption_notice": "Chưa có thông báo tạm dừng đối với phương tiện đo, hoạt động này.",
}
_CHECKS: dict[str, Callable[[_Case, Form], str]] = {
    "announcement": _announcement,
    "working": _working,
    "inspection": _inspection,
    "amendment": _amendment,
    "not_carried_out": _not_carried_out,
    "sealing": _measure,
    "unsealing": _measure,
    "suspension_notice": _measure,
    "resumption_notice": _measure,
    "sampling": _sampling,
    "result_notice": _sampling,
}
ISSUED_HERE = tuple(_CHECKS)
