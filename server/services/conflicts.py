"""Where two people wrote different values: finding it, showing both, and settling it by an operation of the office."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from schemas.operations import validate
from server.db import documents
from server.db.campaigns import CampaignEstablishment
from server.db.devices import Device
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.db.users import Role, User
from server.errors import Problem, ProblemCode
from server.services import accounts, authors, effects, ledger
from server.services.authors import Written
from server.services.document_words import place_of, title_of, value_words
from server.services.history import who
from server.services.inspection_list import visible_campaigns
from server.services.world import DatabaseWorld
from sync import batch
from sync.batch import DeviceContext, HeldOperation
from sync.feed import canonical
from sync.ids import uuid7
from sync.inspection import SUPERVISORS
from sync.kinds import KINDS
from sync.merge import CONFLICTS, same, value_at

KEPT, OTHER = "kept", "other"
SESSION = "verification_session"
MERGED = tuple(sorted(name for name, kind in KINDS.items() if "resolve" in kind.types))
_OF_AREAS: dict[str, type[EstablishmentEntry] | type[InstrumentEntry]] = {
    "establishment": EstablishmentEntry,
    "instrument": InstrumentEntry,
}
_OF_INSPECTIONS = tuple(name for name in MERGED if KINDS[name].parent_kind == "inspection")
_TEAM = frozenset({Role.INSPECTOR.value, Role.TEAM_LEADER.value})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values: `choice` is what a form sends for it; who wrote it, when, on which tablet."""

    choice: str
    text: str
    who: str
    at: str | None
    tablet: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field with rival values. `shape` says how a third value is typed: `answer`, `text`, `lines` or `json`.

    `seen` stands for exactly these values: a form that carries another one is too late.
    """

    kind: str
    id: str
    path: str
    place: str
    title: str
    sides: Sequence[Side]
    shape: str
    typed: str
    seen: str


@dataclass(frozen=True, slots=True)
class Line:
    """One document with open conflicts, as the list shows it; `inspection_id` None = no inspection to open."""

    kind: str
    id: str
    place: str
    site: str
    campaign: str
    inspection_id: str | None
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose: `kept`, the op_id of a rival, or `other` with a text."""

    path: str
    choice: str
    other: str
    seen: str


def listing(session: Session, user: User) -> list[Line]:
    """Return the documents with open conflicts of the inspections that a person may read, by site."""
    visible = visible_campaigns(session, user)
    lines = [_line(session, d, visible) for d in _marked(session) if d.state.get(CONFLICTS)]
    return sorted((one for one in lines if one is not None), key=lambda one: (one.site, one.place, one.id))


def _marked(session: Session) -> list[Document]:
    """Return what may hold open conflicts: of inspections only those that the summary counts some in, of areas what its
    register's row says, since reading the text of a million findings took a second and a half, of 80,000 others a third."""
    counted = select(InspectionSummary.id).where(InspectionSummary.conflicts > 0)
    holds = Document.is_deleted.is_(False), cast(Document.state, Text).contains(f'"{CONFLICTS}":{{"')
    places = (
        (Document.kind.in_(_OF_INSPECTIONS), Document.parent.in_(counted)),
        (Document.kind == "inspection", Document.id.in_(counted)),
        (Document.kind == SESSION,),
    )
    of_areas = [
        (kind, id) for kind, row in _OF_AREAS.items() for id in session.scalars(select(row.id).where(row.has_conflicts))
    ]
    found = [each for place in places for each in session.scalars(select(Document).where(*place, *holds))]
    return [*found, *documents.many(session, of_areas).values()]


def of_documents(session: Session, found: Iterable[Document]) -> list[Conflict]:
    """Return every open conflict of these documents, with authors, times and tablets."""
    held = [document for document in found if document.state.get(CONFLICTS)]
    if not held:
        return []
    people, tablets = accounts.names(session), dict(session.execute(select(Device.id, Device.tablet_name)).all())
    op_ids = {str(r["op_id"]) for d in held for rivals in d.state[CONFLICTS].values() for r in rivals}
    sent = authors.of_operations(session, op_ids)
    return [
        _conflict(session, document, path, people, tablets, sent)
        for document in held
        for path in sorted(document.state[CONFLICTS])
    ]


def readable(session: Session, kind: str, id: str, user: User, *, lock: bool = False) -> Document:
    """Return a document whose inspection a person may read; 404 for the others, which they need not know of."""
    found = session.get(Document, (kind, id), with_for_update=lock or None) if kind in MERGED else None
    is_visible = (
        found is not None and not found.is_deleted and _seen_in(session, found, visible_campaigns(session, user))[0]
    )
    if found is None or not is_visible:
        raise Problem(ProblemCode.NOT_FOUND, "Không có tài liệu này, hoặc bạn không ở trong đoàn.")
    return found


def may_settle(user: User) -> bool:
    """Say whether a person may choose a value: supervisors, and the team for its own inspections."""
    return user.role in SUPERVISORS or user.role in _TEAM


def settle(session: Session, kind: str, id: str, wanted: Choice, *, user: User, now: datetime) -> str:
    """Send the `resolve` of a person's choice through the same core as the tablets'; return the value in words.

    Journalled with the actor and no device. Refuses (CONFLICT) where anything of the conflict changed since it was
    shown: then nothing is written. Sending the same choice twice is harmless.
    """
    document = readable(session, kind, id, user, lock=True)
    if not may_settle(user):
        raise Problem(ProblemCode.FORBIDDEN, "Chỉ đoàn kiểm tra hoặc lãnh đạo mới chọn giá trị.")
    current = value_at(document.state, wanted.path, KINDS[kind].maps)
    rivals = (document.state.get(CONFLICTS) or {}).get(wanted.path)
    if not rivals:
        raise Problem(ProblemCode.CONFLICT, "Chỗ ghi khác nhau này đã được giải quyết: xin xem giá trị đang dùng.")
    if wanted.seen != _mark(current, rivals):
        raise Problem(ProblemCode.CONFLICT, "Có thay đổi sau khi bạn mở trang nên chưa ghi: xin xem lại rồi chọn.")
    value = _chosen(wanted, current, rivals)
    person = DeviceContext(
        device_id="", user_id=user.id, role=user.role, grants=frozenset({document.scope}), next_device_seq=0,
        revoked=False, stopped=False, public_key=b"", led_campaigns=frozenset(),
    )  # fmt: skip
    operation = {
        "op_id": uuid7(int(now.timestamp() * 1000)), "device_seq": 1, "group": None, "kind": kind, "id": id,
        "parent": document.parent, "type": "resolve", "scope": document.scope, "base_rev": document.rev,
        "set": {"field": wanted.path, "value": value, "op_ids": [r["op_id"] for r in rivals]},
        "base": {wanted.path: current}, "checklist": None, "at": now.isoformat(timespec="seconds"), "clock": None,
    }  # fmt: skip
    # What issued minutes froze stays as it is: there a supervisor's word only drops the rival beside it.
    is_word = user.role in SUPERVISORS and same(value, current)
    world = DatabaseWorld(session, person, [operation])
    outcome = batch.release(
        [HeldOperation("", operation, person)], world, ledger.epoch(session), now, validate, decided=is_word
    )
    if outcome.rejudged:
        refused = outcome.rejudged[0]
        code = ProblemCode.CONFLICT if refused.state == "held" else ProblemCode.INVALID_REQUEST
        raise Problem(code, _after_issue() if refused.code == "after-issue" else refused.detail)
    outcome.changes = [replace(c, device=None) for c in outcome.changes]
    effects.write(session, outcome, now)
    return value_words(wanted.path, value)


def _after_issue() -> str:
    return (
        "Biên bản đã phát hành nên kết quả này không đổi được. Chỉ giữ được giá trị đang dùng; muốn dùng giá trị khác thì "
        "trả lại mục này để đoàn lập biên bản bổ sung."
    )


def _line(session: Session, document: Document, visible: frozenset[str] | None) -> Line | None:
    is_visible, inspection = _seen_in(session, document, visible)
    if not is_visible:
        return None
    site = _site_of(session, document, inspection)
    under = document.parent if document.kind == SESSION else None if inspection is None else inspection.parent
    campaign = None if under is None else session.get(Document, ("campaign", str(under)))
    fields = [title_of(document, path) for path in sorted(document.state[CONFLICTS])]
    return Line(
        document.kind, document.id, place_of(document), str(site.get("name") or site.get("place") or "(chưa có tên cơ sở)"),
        str((campaign.state if campaign is not None else {}).get("code") or ""),
        None if inspection is None else inspection.id, fields,
    )  # fmt: skip


def _seen_in(session: Session, document: Document, visible: frozenset[str] | None) -> tuple[bool, Document | None]:
    """Say whether a person may see a document, and return the inspection to open for it, None where it has none."""
    if document.kind in {"establishment", "instrument"}:
        site = document.id if document.kind == "establishment" else document.parent
        campaigns = select(CampaignEstablishment.campaign_id).where(CampaignEstablishment.establishment_id == site)
        if visible is not None and not visible & set(session.scalars(campaigns)):
            return False, None
        query = select(InspectionSummary.id).where(InspectionSummary.establishment_id == site)
        if visible is not None:
            query = query.where(InspectionSummary.campaign_id.in_(sorted(visible)))
        last = session.scalar(query.order_by(InspectionSummary.planned_on.desc(), InspectionSummary.id.desc()).limit(1))
        return True, None if last is None else session.get(Document, ("inspection", last))
    if document.kind == SESSION:
        return visible is None or document.parent in visible, None
    inspection = document
    if document.kind != "inspection":
        parent = session.get(Document, ("inspection", str(document.parent)))
        if parent is None or parent.is_deleted:
            return visible is None, None
        inspection = parent
    return visible is None or inspection.parent in visible, inspection


def _site_of(session: Session, document: Document, inspection: Document | None) -> Mapping[str, Any]:
    if document.kind in {"establishment", SESSION}:
        return document.state
    id = document.parent if document.kind == "instrument" else None
    if inspection is not None and id is None:
        id = str(inspection.state.get("establishment_id"))
    found = None if id is None else session.get(Document, ("establishment", id))
    return {} if found is None else found.state


def _conflict(
    session: Session, document: Document, path: str, people: Mapping[str, str], tablets: Mapping[str, str],
    sent: Mapping[str, Written],
) -> Conflict:  # fmt: skip
    current = value_at(document.state, path, KINDS[document.kind].maps)
    rivals: list[Mapping[str, Any]] = document.state[CONFLICTS][path]
    kept = authors.last_of(session, document.kind, document.id, path)
    sides = [_side(KEPT, path, current, kept.actor if kept else None, kept, people, tablets)]
    for rival in rivals:
        op_id, by = str(rival["op_id"]), sent.get(str(rival["op_id"]))
        sides.append(_side(op_id, path, rival["value"], rival["actor"], by, people, tablets, at=rival.get("at")))
    shape = _shape(path, [current, *(r["value"] for r in rivals)])
    return Conflict(document.kind, document.id, path, place_of(document), title_of(document, path), sides, shape,
                    _typed(shape, current), _mark(current, rivals))  # fmt: skip


def _side(
    choice: str, path: str, value: Any, actor: str | None, by: Written | None, people: Mapping[str, str],
    tablets: Mapping[str, str], *, at: str | None = None,
) -> Side:  # fmt: skip
    device = by.device_id if by is not None else None
    tablet = None if device is None else tablets.get(device, device)
    name = "(trong dữ liệu đầu)" if actor is None else who(people, actor)
    return Side(choice, value_words(path, value), name, at or (by.at if by else None), tablet)


def _mark(current: Any, rivals: Sequence[Mapping[str, Any]]) -> str:
    shown = [current, sorted(str(r["op_id"]) for r in rivals)]
    return hashlib.sha256(canonical(shown).encode("utf-8", "surrogatepass")).hexdigest()


def _shape(path: str, values: Sequence[Any]) -> str:
    if path == "answer":
        return "answer"
    given = [v for v in values if v is not None]
    if all(isinstance(v, str) for v in given):
        return "text"
    if all(isinstance(v, list) and all(isinstance(each, str) for each in v) for v in given):
        return "lines"
    return "json"


def _typed(shape: str, value: Any) -> str:
    """Write a value as a form shows it for editing."""
    if shape == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    return "\n".join(value or []) if shape == "lines" else str(value or "")


def _chosen(wanted: Choice, current: Any, rivals: Sequence[Mapping[str, Any]]) -> Any:
    if wanted.choice == KEPT:
        return current
    if wanted.choice != OTHER:
        found = next((r for r in rivals if r["op_id"] == wanted.choice), None)
        if found is None:
            raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn một giá trị.")
        return found["value"]
    text = wanted.other.replace("\r\n", "\n").strip()
    shape = _shape(wanted.path, [current, *(r["value"] for r in rivals)])
    if shape == "json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Problem(ProblemCode.INVALID_REQUEST, "Giá trị khác phải là JSON hợp lệ.") from error
    if shape == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    return text or None
