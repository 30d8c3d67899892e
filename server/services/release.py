"""A person decides about operations in quarantine: taken, corrected and taken, or put aside. All is journalled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace as with_fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from schemas.operations import validate
from server.db.devices import Device
from server.db.journal import JournalEntry, Scope
from server.db.sync import Quarantine
from server.errors import Problem, ProblemCode
from server.services import accounts, effects, grants, ledger
from server.services.correction import corrected
from server.services.creation import created
from server.services.wording import DECISIONS_MADE, plain_text
from server.services.world import DatabaseWorld
from sync import batch
from sync.batch import DeviceContext, HeldOperation, Outcome
from sync.feed import Change, any_json, canonical
from sync.operations import digest, group_of
from sync.paper_words import local
from sync.refusals import DETAILS

OPEN = frozenset({"quarantined", "held"})
DECISION = "quarantine_decision"
MAX_REASON = 500


def waiting(session: Session, device_id: str | None = None) -> list[Quarantine]:
    """Return what nobody has decided yet, in the order of receipt and of the tablet's own numbers."""
    query = select(Quarantine).where(Quarantine.state.in_(OPEN))
    if device_id is not None:
        query = query.where(Quarantine.device_id == device_id)
    return _ordered(session.scalars(query))


def release(session: Session, ids: Sequence[str], *, actor: str, reason: str, now: datetime) -> list[Quarantine]:
    """Judge operations again on a supervisor's word and return their rows, with their groups', as they now stand.

    The word overrules what was held for a person (after issue, issuing stopped) and a revoked tablet; nothing else: a
    bad signature stays one. What still cannot be applied keeps its place with a new reason.
    """
    rows = _open(session, ids)
    devices = {device_id: _context(session, device_id) for device_id in {row.device_id for row in rows}}
    held = [HeldOperation(row.id, raw_of(row), devices[row.device_id]) for row in _first_of_their_id(session, rows)]
    if held:
        _judge(session, held, held[0].device, now)
    return _decided(session, rows, {"by": actor, "decision": "release", "reason": plain_text(reason)}, now)


def replace(session: Session, id: str, text: str, *, actor: str, role: str, reason: str, now: datetime) -> Quarantine:
    """Apply a supervisor's corrected operation in place of one in quarantine, whose own text stays whole.

    The corrected one is journalled as the supervisor's act (`device` null); the decision cites the original's digest
    and op_id and keeps what was put in its place. The rest of a group is taken with it. Refuses (INVALID_REQUEST), and
    writes nothing, where the correction cannot be applied.
    """
    said = required(reason, "Phải ghi lý do sửa.")
    rows = _open(session, [id])
    original = next(row for row in rows if row.id == id)
    made = corrected(raw_of(original), text, now)
    _refuse_spent(session, [row for row in rows if row.id != id])
    person = _person(session, original.device_id, actor, role)
    tablet = _context(session, original.device_id)
    held = [
        HeldOperation(row.id, made, person) if row.id == id else HeldOperation(row.id, raw_of(row), tablet)
        for row in rows
    ]
    outcome = _judge(session, held, tablet, now, by_person=made["op_id"])
    if id not in outcome.released:
        why = next((one.detail for one in outcome.rejudged if one.quarantine_id == id), DETAILS["internal"])
        raise Problem(ProblemCode.INVALID_REQUEST, f"Nội dung đã sửa vẫn chưa nhận được: {why}")
    cited = {"op_id": made["op_id"], "digest": digest(made), "operation": made}
    decision = {"by": actor, "decision": "replace", "reason": said}
    _decided(session, rows, decision, now, replaced=(id, cited))
    return session.get_one(Quarantine, id)


def discard(session: Session, id: str, *, actor: str, reason: str, now: datetime) -> Quarantine:
    """Put an operation aside for good, with its group and a reason; the text stays. Refuses one without a reason."""
    discard_all(session, [id], actor=actor, reason=reason, now=now)
    return session.get_one(Quarantine, id)


def discard_all(session: Session, ids: Sequence[str], *, actor: str, reason: str, now: datetime) -> list[Quarantine]:
    """Put operations aside for good, with their groups and one reason."""
    said = required(reason, "Phải ghi lý do bỏ thao tác này.")
    rows = _open(session, ids)
    for row in rows:
        row.state = "discarded"
    session.flush()
    return _decided(session, rows, {"by": actor, "decision": "discard", "reason": said}, now)


def required(reason: str, otherwise: str) -> str:
    """Return a reason as plain text; refuses none and one that is too long."""
    said = plain_text(reason)
    if not said:
        raise Problem(ProblemCode.INVALID_REQUEST, otherwise)
    if len(said) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Lý do dài tối đa {MAX_REASON} ký tự.")
    return said


def raw_of(row: Quarantine) -> Any:
    """Read an operation as it came; what no reader can read stays what it is, a text."""
    try:
        return any_json(row.raw)
    except (ValueError, RecursionError):
        return row.raw


def group_with(session: Session, row: Quarantine, *, lock: bool = False) -> list[Quarantine]:
    """Return the open rows that stand or fall with this one, itself included, in order."""
    name = group_of(raw_of(row))
    if name is None:
        return [row]
    query = select(Quarantine).where(Quarantine.device_id == row.device_id, Quarantine.state.in_(OPEN))
    named = query.where(Quarantine.raw.contains(canonical({"group": name})[1:-1], autoescape=True))
    found = session.scalars(named.order_by(Quarantine.id).with_for_update() if lock else named)
    members = [other for other in found if other.id == row.id or group_of(raw_of(other)) == name]
    return _ordered([*members, *([] if row in members else [row])])


def _open(session: Session, ids: Iterable[str]) -> list[Quarantine]:
    """Lock rows and their groups, in sorted order; refuses one that is not there or was decided, naming who did."""
    wanted = sorted(set(ids))
    found: dict[str, Quarantine] = {}
    for start in range(0, len(wanted), 400):
        part = select(Quarantine).where(Quarantine.id.in_(wanted[start : start + 400])).order_by(Quarantine.id)
        locked = part.with_for_update().execution_options(populate_existing=True)
        found |= {row.id: row for row in session.scalars(locked)}
    if len(found) < len(wanted):
        raise Problem(ProblemCode.NOT_FOUND, "Không có thao tác này trong vùng chờ xử lý.")
    if decided := next((row for row in found.values() if row.state not in OPEN), None):
        raise Problem(ProblemCode.CONFLICT, who_decided(session, decided))
    groups = {(row.device_id, group_of(raw_of(row))): row for row in found.values() if '"group":"' in row.raw}
    for row in groups.values():
        found |= {other.id: other for other in group_with(session, row, lock=True)}
    return _ordered(found.values())


def who_decided(session: Session, row: Quarantine) -> str:
    """Say who decided what about an operation, and when."""
    made = row.decision or {}
    who = "Hệ thống" if made.get("by") == "system" else accounts.names(session).get(str(made.get("by")), made.get("by"))
    at = local(made["at"]).strftime("%H:%M ngày %d/%m/%Y") if made.get("at") else ""
    act = DECISIONS_MADE.get(str(made.get("decision")), "xử lý")
    return f"Thao tác này đã được xử lý: {who} đã {act}{f' lúc {at}' if at else ''}."


def _ordered(rows: Iterable[Quarantine]) -> list[Quarantine]:
    return sorted(rows, key=lambda row: (row.received_at, row.device_id, row.device_seq or 0, row.id))


def _first_of_their_id(session: Session, rows: Sequence[Quarantine]) -> list[Quarantine]:
    """Leave out what bears the id of an operation already in the journal, with its group: one id is written once."""
    spent = _spent(session, rows)
    fallen = {(row.device_id, group_of(raw_of(row))) for row in spent}
    kept = []
    for row in rows:
        group = group_of(raw_of(row))
        if row in spent or (group is not None and (row.device_id, group) in fallen):
            row.code = "op_id_reuse" if row in spent else "group_failed"
            row.state, row.detail = "quarantined", DETAILS[row.code]
        else:
            kept.append(row)
    return kept


def _spent(session: Session, rows: Sequence[Quarantine]) -> list[Quarantine]:
    op_ids = sorted({row.op_id for row in rows if row.op_id is not None})
    known: set[str | None] = set()
    for start in range(0, len(op_ids), 400):
        part = select(JournalEntry.op_id).where(JournalEntry.op_id.in_(op_ids[start : start + 400]))
        known |= set(session.scalars(part))
    spent = []
    for row in rows:
        if row.op_id is not None and row.op_id in known:
            spent.append(row)
        known.add(row.op_id)
    return spent


def _refuse_spent(session: Session, rows: Sequence[Quarantine]) -> None:
    if _spent(session, rows):
        raise Problem(ProblemCode.CONFLICT, f"Một thao tác cùng nhóm không nhận được: {DETAILS['op_id_reuse']}")


def _context(session: Session, device_id: str) -> DeviceContext:
    return grants.context_of(session, session.get_one(Device, device_id))


def _person(session: Session, device_id: str, actor: str, role: str) -> DeviceContext:
    """The supervisor as the core knows an author: every scope that tablets share, no key, no numbers."""
    scopes = session.scalars(select(Scope.scope).where(~Scope.scope.startswith("device:")))
    return DeviceContext(
        device_id=device_id, user_id=actor, role=role, grants=frozenset(scopes), next_device_seq=0, revoked=False,
        stopped=False, public_key=b"", led_campaigns=frozenset(),
    )  # fmt: skip


def _judge(
    session: Session,
    held: Sequence[HeldOperation],
    device: DeviceContext,
    now: datetime,
    *,
    by_person: str | None = None,
) -> Outcome:
    """Judge and write; `by_person` names the operation that a person made, journalled with no device."""
    world = DatabaseWorld(session, device, [one.raw for one in held])
    outcome = batch.release(held, world, ledger.epoch(session), now, validate, decided=True)
    if by_person is not None:
        outcome.changes = [with_fields(c, device=None) if c.op_id == by_person else c for c in outcome.changes]
    effects.write(session, outcome, now)
    session.expire_all()
    return outcome


def _decided(
    session: Session,
    rows: Sequence[Quarantine],
    decision: dict[str, Any],
    now: datetime,
    *,
    replaced: tuple[str, dict[str, Any]] | None = None,
) -> list[Quarantine]:
    """Note the decision in the rows and in the journal."""
    ids = [row.id for row in rows]
    for row in rows:
        is_replaced = replaced is not None and row.id == replaced[0]
        if row.state == "applied":
            row.state = "replaced" if is_replaced else "released"
        own = decision if is_replaced or decision["decision"] != "replace" else {**decision, "decision": "release"}
        row.decision = {**own, "at": now.isoformat(), "result": row.state}
        if replaced is not None and is_replaced:
            row.decision = {**row.decision, "replacement": replaced[1]}
    session.flush()
    ledger.record(session, [_journalled(row, now) for row in rows], now)
    return [session.get_one(Quarantine, id) for id in ids]


def _journalled(row: Quarantine, now: datetime) -> Change:
    """The decision as an entry of a scope that no tablet is granted; each one is its own document."""
    decision = row.decision or {}
    state = {"quarantine_id": row.id, "op_id": row.op_id, "digest": row.digest, "code": row.code, **decision}
    return created(DECISION, f"device:{row.device_id}", state, actor=str(decision.get("by")), at=now.isoformat())
