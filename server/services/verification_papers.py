"""Papers of single verified instruments at the office: what would be written, drafts, issuing, replacing."""

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
from server.services import conclusions, minutes, paper_chain, slip_papers
from server.services.slip_papers import CERTIFICATE, RECORD, Obstacle, Papers, Slip
from sync import seal
from sync.paper_forms import FORMS
from sync.paper_measures import STANDING
from sync.paper_words import VERDICTS

_OF_THE_MOMENT = frozenset({"issued_at", "place_date", "ended", "number"})
"""What a paper says of the minute in which it is issued; all else of it is what was read before."""
_CHANGED = "Nội dung đã thay đổi từ lúc bạn mở trang, chưa phát hành gì. Hãy đọc lại nội dung dưới đây rồi phát hành."
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper about to be issued, as its page shows it. `seen` stands for all that it would say."""

    form: str
    papers: Papers
    obstacles: Sequence[Obstacle]
    warnings: Sequence[str]
    content: State
    seen: str
    signers: Sequence[State]
    record: str
    """The number of the standing record that a certificate rests on; '' where there is none."""
    replaces: str = ""
    """The number of the certificate in whose place it comes."""

    @property
    def name(self) -> str:
        """What the paper is called."""
        return FORMS[self.form].name


def sheet(session: Session, inspection_id: str, form: str, instrument_id: str, *, at: datetime, actor: str) -> Sheet:
    """Return what would be issued now of an instrument; 404 where there is no such instrument or form."""
    slip = slip_papers.read(session, minutes.existing(session, "inspection", inspection_id), at)
    _known(slip, form, instrument_id)
    papers = slip_papers.papers_of(slip, instrument_id)
    return _sheet(session, slip, form, papers, papers.before(form), at, actor)


def sheet_instead(session: Session, minutes_id: str, *, at: datetime, actor: str) -> tuple[str, Sheet]:
    """Return the slip (its id) and what would be issued now in the place of a certificate; 404 for any other paper."""
    old = minutes.existing(session, "minutes", minutes_id)
    if old.state.get("form") != CERTIFICATE:
        raise Problem(ProblemCode.NOT_FOUND, "Không có giấy chứng nhận kiểm định này.")
    slip = slip_papers.read(session, minutes.existing(session, "inspection", str(old.parent)), at)
    instrument_id = str(old.state.get("instrument_id"))
    _known(slip, CERTIFICATE, instrument_id)
    papers = slip_papers.papers_of(slip, instrument_id)
    obstacles = list(slip_papers.before_certificate(slip, instrument_id))
    if old.state.get("status") not in STANDING:
        obstacles.insert(
            0, Obstacle(f"Giấy chứng nhận số {paper_chain.number_of(old.state)} đã hủy.", slip_papers.AT_SLIP)
        )
    return slip.inspection.id, _sheet(session, slip, CERTIFICATE, papers, obstacles, at, actor, paper_chain.number_of(old.state))  # fmt: skip


def draft(
    session: Session, inspection_id: str, form: str, instrument_id: str, render: minutes.Render, *, host: str, at: datetime,
    actor: str, signer: str = "",
) -> bytes:  # fmt: skip
    """Print what would be issued now as BẢN DỰ THẢO, without a number."""
    slip = slip_papers.read(session, minutes.existing(session, "inspection", inspection_id), at)
    _known(slip, form, instrument_id)
    composed = _composed(session, slip, form, instrument_id, at, actor, signer)
    return render(seal.canonical_text(composed), None, host=host, status="draft")


def issue(
    session: Session, inspection_id: str, form: str, instrument_id: str, *, actor: str, key: Ed25519PrivateKey,
    now: datetime, id: str | None = None, signer: str = "", seen: str | None = None,
) -> str:  # fmt: skip
    """Issue the record or the certificate of an instrument; the caller holds the write transaction. Returns its id.

    Sending the same `id` twice is harmless. The record of the slip's last instrument ends the slip. With `seen`, nothing
    is issued where it would say anything else than what was read. Refuses (409), with the reason, what may not be issued
    now: a certificate of what did not pass, one that holds longer than its cycle, or a second one.
    """
    inspection = minutes.existing(session, "inspection", inspection_id, lock=True)
    before = documents.get(session, "minutes", id) if id else None
    if before is not None:
        if (before.parent, before.state.get("form"), before.state.get("instrument_id")) != (inspection.id, form, instrument_id):  # fmt: skip
            raise Problem(ProblemCode.CONFLICT, "Biểu mẫu này đã dùng cho văn bản khác: hãy mở lại trang.")
        return before.id
    slip = slip_papers.read(session, inspection, now)
    _known(slip, form, instrument_id)
    found = slip_papers.papers_of(slip, instrument_id)
    _refuse(form, found.before(form))
    _as_read(session, slip, form, instrument_id, seen, now, actor)
    return _issued(session, slip, form, instrument_id, actor=actor, key=key, now=now, id=id, signer=signer,
                   closes=form == RECORD and found.closes)  # fmt: skip


def replace(
    session: Session, minutes_id: str, reason: str, *, actor: str, key: Ed25519PrivateKey, now: datetime,
    id: str | None = None, signer: str = "", seen: str | None = None,
) -> str:  # fmt: skip
    """Issue a new certificate in the place of one that is wrong, and void the old one by a reason that names the new.

    Sending the same `id` twice is harmless; `seen` as in `issue`. Refuses a paper that is no standing certificate, and an
    empty reason.
    """
    old = minutes.existing(session, "minutes", minutes_id, lock=True)
    before = documents.get(session, "minutes", id) if id else None
    if before is not None and (old.state.get("voided") or {}).get("replaced_by") == before.id:
        return before.id
    if old.state.get("form") != CERTIFICATE or old.state.get("status") not in STANDING:
        raise Problem(ProblemCode.CONFLICT, "Chỉ cấp thay được giấy chứng nhận đang có hiệu lực.")
    if not reason.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do cấp thay giấy chứng nhận.")
    slip = slip_papers.read(session, minutes.existing(session, "inspection", str(old.parent), lock=True), now)
    instrument_id = str(old.state.get("instrument_id"))
    _known(slip, CERTIFICATE, instrument_id)
    _refuse(CERTIFICATE, list(slip_papers.before_certificate(slip, instrument_id)))
    _as_read(session, slip, CERTIFICATE, instrument_id, seen, now, actor)
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


def _sheet(
    session: Session, slip: Slip, form: str, papers: Papers, obstacles: Sequence[Obstacle], at: datetime, actor: str,
    replaces: str = "",
) -> Sheet:  # fmt: skip
    content = _composed(session, slip, form, papers.instrument_id, at, actor)
    signers = slip.organisation.get("signers") or [] if form == CERTIFICATE else []
    record = slip.paper(RECORD, papers.instrument_id)
    return Sheet(form, papers, obstacles, _warnings(session, slip, papers), content, _seen(content), signers,
                 "" if record is None else paper_chain.number_of(record.state), replaces)  # fmt: skip


def _warnings(session: Session, slip: Slip, papers: Papers) -> list[str]:
    """Say what does not stand in the way and yet wants a look: the server concludes otherwise."""
    found = conclusions.of_slips(session, [slip.inspection.id])
    ours = next((each for each in found if each.instrument_id == papers.instrument_id), None)
    if ours is None or not ours.differs:
        return []
    why = f": {ours.words}" if ours.words else ""
    return [f"Máy chủ tính lại ra kết luận khác ({VERDICTS.get(ours.ours, 'không tính được')}){why}."]


def _composed(
    session: Session, slip: Slip, form: str, instrument_id: str, at: datetime, actor: str, signer: str = ""
) -> dict[str, Any]:  # fmt: skip
    return minutes.compose(session, slip.inspection, form=form, number=None, at=at, signer=_signer(slip, form, signer),
                           about=about(session, slip.inspection, instrument_id, actor))  # fmt: skip


def _seen(content: State) -> str:
    kept = {name: value for name, value in content.items() if name not in _OF_THE_MOMENT}
    return seal.digest(seal.canonical_text(kept)).hex()


def _as_read(
    session: Session, slip: Slip, form: str, instrument_id: str, seen: str | None, now: datetime, actor: str
) -> None:  # fmt: skip
    """Refuse where the paper would say anything else than what its reader saw."""
    if seen is not None and seen != _seen(_composed(session, slip, form, instrument_id, now, actor)):
        raise Problem(ProblemCode.CONFLICT, _CHANGED)


def _issued(
    session: Session, slip: Slip, form: str, instrument_id: str, *, actor: str, key: Ed25519PrivateKey, now: datetime,
    id: str | None, signer: str, closes: bool = False,
) -> str:  # fmt: skip
    return minutes.issue(session, slip.inspection.id, form, actor=actor, key=key, now=now, id=id,
                         signer=_signer(slip, form, signer), closes=closes,
                         about=about(session, slip.inspection, instrument_id, actor))  # fmt: skip


def _known(slip: Slip, form: str, instrument_id: str) -> None:
    if form not in (RECORD, CERTIFICATE) or instrument_id not in slip.instruments:
        raise Problem(ProblemCode.NOT_FOUND, "Không có phương tiện đo hoặc loại văn bản này.")


def _refuse(form: str, obstacles: Sequence[Obstacle]) -> None:
    if obstacles:
        said = " ".join(each.said for each in obstacles)
        raise Problem(ProblemCode.CONFLICT, f"Chưa phát hành được {FORMS[form].noun}: {said}")


def _signer(slip: Slip, form: str, name: str) -> State | None:
    """Return who signs a certificate: the one named, else the agency's head; refuses a name that is not its signer's."""
    if form != CERTIFICATE:
        return None
    signers: Sequence[State] = slip.organisation.get("signers") or []
    found = next((each for each in signers if not name or each.get("name") == name), None)
    if name and found is None:
        raise Problem(ProblemCode.INVALID_REQUEST, "Người ký này không có trong danh sách người ký của cơ quan.")
    return found
