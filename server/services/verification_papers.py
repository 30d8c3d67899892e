"""Papers of single verified instruments at the office: which may be issued now and why not, drafts, issuing, replacing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import minutes, paper_chain
from server.services.wording import INSPECTION_STATUSES
from sync import seal
from sync.inspection import Status
from sync.paper_forms import FORMS
from sync.paper_measures import STANDING
from sync.paper_verified import CODE, conclusion_of, name_of

RECORD, CERTIFICATE = "verification_record", "verification_certificate"
VALID_UNTIL = "KD15"
_OPEN = (Status.IN_PROGRESS, Status.ISSUED, Status.RETURNED)
_NO_CERTIFICATE = {
    "": "Chưa ghi kết luận (mục KD11).",
    "fail": "Phương tiện đo không đạt: chỉ lập biên bản kiểm định, không cấp giấy chứng nhận.",
    "inconclusive": "Phương tiện đo chưa kết luận được: chỉ lập biên bản kiểm định, không cấp giấy chứng nhận.",
}
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Papers:
    """An instrument of a slip with its standing papers, and why the next ones cannot be issued now ('' = they can)."""

    instrument_id: str
    name: str
    serial: str
    conclusion: str
    record: str | None
    certificate: str | None
    """The ids of the standing papers."""
    no_record: str
    no_certificate: str
    closes: bool
    """Whether its record is the slip's last."""


@dataclass(frozen=True, slots=True)
class _Slip:
    inspection: Document
    organisation: dict[str, Any]
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


def of_slip(session: Session, inspection_id: str) -> list[Papers]:
    """Return the instruments of a slip in the order in which they were received, each with its papers."""
    slip = _slip(session, minutes.existing(session, "inspection", inspection_id))
    return [_papers(slip, id) for id in slip.brought]


def draft(
    session: Session, inspection_id: str, form: str, instrument_id: str, render: minutes.Render, *, host: str, at: datetime,
    actor: str, signer: str = "",
) -> bytes:  # fmt: skip
    """Print what would be issued now as BẢN DỰ THẢO, without a number."""
    slip = _slip(session, minutes.existing(session, "inspection", inspection_id))
    _known(slip, form, instrument_id)
    composed = minutes.compose(session, slip.inspection, form=form, number=None, at=at, signer=_signer(slip, form, signer),
                               about=about(session, slip.inspection, instrument_id, actor))  # fmt: skip
    return render(seal.canonical_text(composed), None, host=host, status="draft")


def issue(
    session: Session, inspection_id: str, form: str, instrument_id: str, *, actor: str, key: Ed25519PrivateKey,
    now: datetime, id: str | None = None, signer: str = "",
) -> str:  # fmt: skip
    """Issue the record or the certificate of an instrument; the caller holds the write transaction. Returns its id.

    Sending the same `id` twice is harmless. The record of the slip's last instrument ends the slip. Refuses (409), with the
    reason, what may not be issued now: a certificate of what did not pass, or a second one.
    """
    inspection = minutes.existing(session, "inspection", inspection_id, lock=True)
    before = documents.get(session, "minutes", id) if id else None
    if before is not None:
        if before.parent != inspection.id or before.state.get("form") != form:
            raise Problem(ProblemCode.CONFLICT, "Biểu mẫu này đã dùng cho văn bản khác: hãy mở lại trang.")
        return before.id
    slip = _slip(session, inspection)
    _known(slip, form, instrument_id)
    found = _papers(slip, instrument_id)
    _refuse(form, found.no_record if form == RECORD else found.no_certificate)
    return _issued(session, slip, form, instrument_id, actor=actor, key=key, now=now, id=id, signer=signer,
                   closes=form == RECORD and found.closes)  # fmt: skip


def replace(
    session: Session, minutes_id: str, reason: str, *, actor: str, key: Ed25519PrivateKey, now: datetime,
    id: str | None = None, signer: str = "",
) -> str:  # fmt: skip
    """Issue a new certificate in the place of one that is wrong, and void the old one by a reason that names the new.

    Sending the same `id` twice is harmless. Refuses a paper that is no standing certificate, and an empty reason.
    """
    old = minutes.existing(session, "minutes", minutes_id, lock=True)
    before = documents.get(session, "minutes", id) if id else None
    if before is not None and (old.state.get("voided") or {}).get("replaced_by") == before.id:
        return before.id
    if old.state.get("form") != CERTIFICATE or old.state.get("status") not in STANDING:
        raise Problem(ProblemCode.CONFLICT, "Chỉ cấp thay được giấy chứng nhận đang có hiệu lực.")
    if not reason.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do cấp thay giấy chứng nhận.")
    slip = _slip(session, minutes.existing(session, "inspection", str(old.parent), lock=True))
    instrument_id = str(old.state.get("instrument_id"))
    _known(slip, CERTIFICATE, instrument_id)
    _refuse(CERTIFICATE, _no_certificate(slip, instrument_id))
    new = _issued(session, slip, CERTIFICATE, instrument_id, actor=actor, key=key, now=now, id=id, signer=signer)
    number = paper_chain.number_of(minutes.existing(session, "minutes", new).state)
    said = f"{reason.strip().rstrip(' .;')}; thay bằng giấy chứng nhận số {number}"
    minutes.void(session, old.id, said, actor=actor, now=now, replaced_by=new)
    return new


def about(session: Session, inspection: Document, instrument_id: str, actor: str) -> dict[str, Any]:
    """Return what papers of one instrument are composed of, beside what all minutes are composed of."""
    day = documents.get(session, "verification_session", str(inspection.state.get("session_id") or ""))
    marks = [] if day is None else documents.children(session, day.id, "mark")
    own = [m.state for m in marks if m.state.get("instrument_id") == instrument_id]
    own = [m for m in own if m.get("inspection_id") in (None, inspection.id)]
    return {"instrument_id": instrument_id, "session": {} if day is None else {"id": day.id, **day.state}, "marks": own,
            "by": actor}  # fmt: skip


def _issued(
    session: Session, slip: _Slip, form: str, instrument_id: str, *, actor: str, key: Ed25519PrivateKey, now: datetime,
    id: str | None, signer: str, closes: bool = False,
) -> str:  # fmt: skip
    return minutes.issue(session, slip.inspection.id, form, actor=actor, key=key, now=now, id=id,
                         signer=_signer(slip, form, signer), closes=closes,
                         about=about(session, slip.inspection, instrument_id, actor))  # fmt: skip


def _slip(session: Session, inspection: Document) -> _Slip:
    site = str(inspection.state.get("establishment_id"))
    instruments = {d.id: d.state for d in documents.children(session, site, "instrument")}
    findings = [d.state for d in documents.children(session, inspection.id, "finding") if not d.state.get("voided")]
    papers = [d for d in documents.children(session, inspection.id, "minutes") if d.state.get("status") in STANDING]
    return _Slip(inspection, minutes.organisation_of(session, inspection), instruments, findings, papers)


def _papers(slip: _Slip, instrument_id: str) -> Papers:
    record, certificate = slip.paper(RECORD, instrument_id), slip.paper(CERTIFICATE, instrument_id)
    state, answers = slip.instruments[instrument_id], slip.answers(instrument_id)
    others = [id for id in slip.brought if id != instrument_id and slip.paper(RECORD, id) is None]
    closed = any(p.state.get("closes") is True for p in slip.papers)
    return Papers(
        instrument_id, name_of(state), str(state.get("serial") or ""), conclusion_of(answers),
        None if record is None else record.id, None if certificate is None else certificate.id,
        _once(record) or _no_record(slip, instrument_id), _once(certificate) or _no_certificate(slip, instrument_id),
        closes=not others and not closed,
    )  # fmt: skip


def _once(paper: Document | None) -> str:
    return "" if paper is None else f"Đã lập, số {paper_chain.number_of(paper.state)}."


def _no_record(slip: _Slip, instrument_id: str) -> str:
    status = str(slip.inspection.state.get("status"))
    if status not in _OPEN:
        return f"Phiếu đang ở trạng thái “{INSPECTION_STATUSES.get(status, status)}”."
    if not conclusion_of(slip.answers(instrument_id)):
        return _NO_CERTIFICATE[""]
    return _no_series(slip, RECORD)


def _no_certificate(slip: _Slip, instrument_id: str) -> str:
    answers = slip.answers(instrument_id)
    refused = _NO_CERTIFICATE.get(conclusion_of(answers), "")
    if refused:
        return refused
    if slip.paper(RECORD, instrument_id) is None:
        return "Chưa lập biên bản kiểm định của phương tiện đo này."
    if not str((answers.get(VALID_UNTIL, {}).get("values") or {}).get("value") or ""):
        return "Chưa ghi thời hạn kiểm định (mục KD15)."
    return _no_series(slip, CERTIFICATE)


def _no_series(slip: _Slip, form: str) -> str:
    try:
        minutes.series_of(slip.organisation, form)
    except Problem as problem:
        return problem.detail
    return ""


def _known(slip: _Slip, form: str, instrument_id: str) -> None:
    if form not in (RECORD, CERTIFICATE) or instrument_id not in slip.instruments:
        raise Problem(ProblemCode.NOT_FOUND, "Không có phương tiện đo hoặc loại văn bản này.")


def _refuse(form: str, why: str) -> None:
    if why:
        raise Problem(ProblemCode.CONFLICT, f"Chưa phát hành được {FORMS[form].noun}: {why}")


def _signer(slip: _Slip, form: str, name: str) -> State | None:
    """Return who signs a certificate: the one named, else the agency's head; refuses a name that is not its signer's."""
    if form != CERTIFICATE:
        return None
    signers: Sequence[State] = slip.organisation.get("signers") or []
    found = next((each for each in signers if not name or each.get("name") == name), None)
    if name and found is None:
        raise Problem(ProblemCode.INVALID_REQUEST, "Người ký này không có trong danh sách người ký của cơ quan.")
    return found
