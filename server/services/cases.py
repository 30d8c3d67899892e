"""Violation case files (hồ sơ vụ việc vi phạm): opened from signed minutes, then one journalled act after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import accounts, case_acts, case_facts, ledger
from server.services.case_acts import Stamp
from server.services.case_facts import Paper
from server.services.case_fields import FaultError, written
from server.services.case_forms import ACTS, OPEN, STATUSES, Act
from server.services.creation import created
from server.services.wording import plain_text

KIND = "case"
SCOPE = "office:cases"
"""No tablet is granted it, and no page but the supervisors' shows it: it names offenders (docs/decisions/0009)."""
MAX_REASON = 4000


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a case would be opened with, and the cases that the inspection has already."""

    inspection_id: str
    establishment_id: str
    establishment: Mapping[str, Any]
    papers: Sequence[Paper]
    facts: Sequence[Mapping[str, Any]]
    instruments: Sequence[Mapping[str, Any]]
    detected: Mapping[str, Any]
    others: Sequence[Document]


def of_inspection(session: Session, inspection_id: str) -> list[Document]:
    """Return the cases opened from an inspection, the oldest first."""
    return sorted(documents.children(session, inspection_id, KIND), key=lambda d: str(d.state["opened"]["at"]))


def may_open(session: Session, inspection_id: str) -> bool:
    """Say whether standing minutes of an inspection list something against the site."""
    try:
        return bool(gather(session, inspection_id).facts)
    except Problem:
        return False


def gather(session: Session, inspection_id: str) -> Gathered:
    """Gather the facts that the signed minutes list; refuses an inspection without such minutes or such facts."""
    inspection = documents.get(session, "inspection", inspection_id)
    if inspection is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này.")
    site = str(inspection.state.get("establishment_id"))
    findings = {d.id: d.state for d in documents.children(session, inspection_id, "finding")}
    instruments = {d.id: d.state for d in documents.children(session, site, "instrument")}
    try:
        papers = case_facts.papers((d.id, d.state) for d in documents.children(session, inspection_id, "minutes"))
        if not papers:
            raise Problem(ProblemCode.CONFLICT, "Chưa có biên bản kiểm tra nào đang có hiệu lực: hồ sơ vi phạm lập từ biên bản đã phát hành.")  # fmt: skip
        facts = case_facts.gather(papers, findings)
        establishment = case_facts.establishment(papers[0])
        detected = case_facts.detection(papers[0])
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Problem(ProblemCode.CONFLICT, "Nội dung biên bản đã ký không đúng cấu trúc nên không lập được hồ sơ.") from error  # fmt: skip
    if not facts:
        raise Problem(ProblemCode.CONFLICT, "Biên bản đã phát hành không ghi nội dung nào không đạt.")
    offending = case_facts.offending(facts, instruments)
    others = of_inspection(session, inspection_id)
    return Gathered(inspection_id, site, establishment, papers, facts, offending, detected, others)


def check_opening(session: Session, inspection_id: str, reason: str, *, another: bool) -> Gathered:
    """Return what `opened` would open; refuses what it refuses."""
    found = gather(session, inspection_id)
    _reason(reason)
    if found.others and not another:
        raise Problem(ProblemCode.CONFLICT, f"Cuộc kiểm tra này đã có {len(found.others)} hồ sơ vi phạm: hãy xem hồ sơ đó, hoặc đánh dấu “Vẫn mở thêm hồ sơ”.")  # fmt: skip
    return found


def opened(
    session: Session, inspection_id: str, reason: str, *, another: bool, actor: str, now: datetime
) -> str:  # fmt: skip
    """Open a case and return its id; the caller holds the write transaction.

    Refuses a second case of one inspection unless `another` says that it is meant.
    """
    documents.many(session, [("inspection", inspection_id)], lock=True)  # two people who open at once meet here
    found = check_opening(session, inspection_id, reason, another=another)
    id, at = ledger.new_id(), now.isoformat(timespec="seconds")
    state = {
        "inspection_id": inspection_id, "establishment_id": found.establishment_id,
        "establishment": dict(found.establishment),
        "minutes": [{"id": p.id, "text": p.number_text, "issued_at": p.state["issued_at"]} for p in found.papers],
        "opened": {"at": at, "by": actor, "reason": _reason(reason)}, "status": OPEN, "facts": list(found.facts),
        "instruments": list(found.instruments), "detected": dict(found.detected), "complexity": None, "results": None,
        "drafter": None, "report": None, "handover": None, "decision": None, "payments": [], "papers": [],
        "samples": [], "closing": None, "act": {"name": "open", "reason": _reason(reason), "by": actor, "at": at},
    }  # fmt: skip
    ledger.record(session, [created(KIND, SCOPE, state, actor=actor, parent=inspection_id, id=id, at=at)], now)
    return id


def existing(session: Session, case_id: str, *, lock: bool = False) -> Document:
    """Return a case; 404 where there is none."""
    found = documents.many(session, [(KIND, case_id)], lock=True).get((KIND, case_id)) if lock else documents.get(session, KIND, case_id)  # fmt: skip
    if found is None or found.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND, "Không có hồ sơ vi phạm này.")
    return found


def check(
    session: Session, case_id: str, name: str, typed: Mapping[str, str], *, seen: str, actor: str, now: datetime
) -> list[tuple[str, str]]:
    """Return (field, value) as an act would write them; refuses what `act` refuses, and writes nothing."""
    case = existing(session, case_id)
    act, values, _ = _tried(session, case, name, typed, seen, actor, now)
    people = people_of(session)
    return [
        (field.label, written(field, values[field.name], case_acts.choices_of(case.state, field, people)))
        for field in case_acts.fields_of(act) if values[field.name] is not None
    ]  # fmt: skip


def act(
    session: Session, case_id: str, name: str, typed: Mapping[str, str], *, seen: str, actor: str, now: datetime
) -> Act:
    """Do an act on a case; the caller holds the write transaction.

    Refuses (CONFLICT) where the case changed since the page was shown, or an act that does not follow; (INVALID_REQUEST)
    what cannot be taken, with every fault.
    """
    case = existing(session, case_id, lock=True)
    act, _, state = _tried(session, case, name, typed, seen, actor, now)
    at = now.isoformat(timespec="seconds")
    ledger.record(session, [ledger.change(session, KIND, case_id, SCOPE, state, actor=actor, at=at)], now)
    return act


def people_of(session: Session) -> list[tuple[str, str]]:
    """Return the active accounts that may be named as drafter: (id, name and title)."""
    users = [user for user in accounts.everyone(session) if user.is_active]
    return [(user.id, ", ".join(filter(None, (user.full_name, user.title)))) for user in users]


def _tried(
    session: Session, case: Document, name: str, typed: Mapping[str, str], seen: str, actor: str, now: datetime
) -> tuple[Act, dict[str, str | None], dict[str, Any]]:
    wanted = ACTS.get(name)
    if wanted is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có việc này.")
    if seen != str(case.rev):
        raise Problem(ProblemCode.CONFLICT, "Hồ sơ vừa được người khác ghi: trang đã tải lại, xin xem rồi ghi lại.")
    if wanted not in case_acts.allowed(case.state):
        status = STATUSES[case_acts.status_of(case.state)]
        raise Problem(ProblemCode.CONFLICT, f"Hồ sơ đang ở tình trạng “{status}” nên chưa làm được việc “{wanted.title}”.")  # fmt: skip
    people = [(id, said.partition(",")[0]) for id, said in people_of(session)]
    stamp = Stamp(actor, now.isoformat(timespec="seconds"), ledger.new_id())
    try:
        values = case_acts.read(case.state, wanted, typed, people, now)
        return wanted, values, case_acts.apply(case.state, wanted, values, stamp, people)
    except FaultError as fault:
        raise Problem(ProblemCode.INVALID_REQUEST, str(fault)) from fault


def _reason(typed: str) -> str:
    reason = plain_text(typed, lines=True).strip()
    if not reason:
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do mở hồ sơ.")
    if len(reason) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Lý do dài tối đa {MAX_REASON} ký tự.")
    return reason
