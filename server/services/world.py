"""The database as the sync core sees it: one batch's documents, receipts and quarantine, preloaded in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from typing import Any

from sqlalchemy import Row, Text, cast, func, select
from sqlalchemy.orm import Session

from checklists import catalog
from checklists.limits import RuleSet
from checklists.model import Checklist
from server.db import documents
from server.db.campaigns import CampaignEstablishment
from server.db.devices import Device
from server.db.documents import Document as DocumentRow
from server.db.numbers import MinutesNumber, NumberLease, SeriesYear, lost_paper
from server.db.sync import Quarantine
from server.db.sync import Receipt as ReceiptRow
from server.services import authors, grants, rules
from server.services.number_skips import SKIPPED
from sync.batch import Author, DeviceContext, Document, HeldOperation, NumberState, Receipt, Stored
from sync.feed import any_json
from sync.findings import OPEN
from sync.ids import is_uuid
from sync.kinds import KINDS, SERVER_KINDS
from sync.operations import digest, op_id_of

Key = tuple[str, str]
_HeldRow = Row[str, str | None, str, str]
_COLUMNS = (
    DocumentRow.kind,
    DocumentRow.id,
    DocumentRow.parent,
    DocumentRow.scope,
    DocumentRow.rev,
    DocumentRow.is_deleted,
    DocumentRow.state,
)
_KNOWN = frozenset(KINDS) | SERVER_KINDS
_MAX_INT = 2**31 - 1
_NOBODY = NumberState(None, None, None, None, None)


class DatabaseWorld:
    """Implements `sync.world.World`. Locks the documents of the batch in sorted order; lives as long as its transaction."""

    def __init__(self, session: Session, device: DeviceContext, raw_ops: Sequence[Any]) -> None:
        self._session, self._device = session, device
        self._documents: dict[Key, Document | None] = {}
        self._children: dict[str, dict[str, list[Document]]] = {}
        self._rules: dict[str, RuleSet | None] = {}
        self._devices: dict[str, DeviceContext] = {device.device_id: device}
        op_ids = {op_id for raw in raw_ops if (op_id := op_id_of(raw)) is not None}
        self._receipts = _receipts(session, op_ids)
        self._quarantined = _quarantined(session, device.device_id, op_ids, raw_ops)
        self._preload([raw for raw in raw_ops if isinstance(raw, dict) and self._shows_a_document(raw)])
        # Only now, that the documents are ours: a child of one of them may just have been held by another tablet's push.
        self._awaited = {raw["id"] for raw in raw_ops if isinstance(raw, dict) and is_uuid(raw.get("id"))}
        self._held = _held(session, self._awaited)

    def get(self, kind: str, id: str) -> Document | None:
        """Return a document, a deleted one too."""
        key = kind, id
        if key not in self._documents:
            if kind not in _KNOWN or not is_uuid(id):
                return None
            self._load([key], lock=kind in KINDS)
        return self._documents[key]

    def children(self, parent_id: str, kind: str) -> list[Document]:
        """Return live documents of a kind under a parent, by id."""
        family = self._children.get(parent_id)
        if family is not None:
            return family.get(kind, [])
        query = select(*_COLUMNS).where(
            DocumentRow.parent == parent_id, DocumentRow.kind == kind, DocumentRow.is_deleted.is_(False)
        )
        return [self._keep(row) for row in self._session.execute(query.order_by(DocumentRow.id))]

    def existing(self, kind: str, ids: Collection[str]) -> frozenset[str]:
        """Return which of these ids are documents of a kind, in one question for every four hundred."""
        wanted, found = sorted(ids), set[str]()
        for start in range(0, len(wanted), 400):
            where = DocumentRow.kind == kind, DocumentRow.id.in_(wanted[start : start + 400])
            found.update(self._session.scalars(select(DocumentRow.id).where(*where)))
        return frozenset(found)

    def inspections_at(self, establishment_id: str) -> list[Document]:
        """Return the open inspections of an establishment, locked with everything in them that is read for a verdict."""
        campaigns = select(CampaignEstablishment.campaign_id)
        campaigns = campaigns.where(CampaignEstablishment.establishment_id == establishment_id)
        return self._open(campaigns, f'"establishment_id":"{establishment_id}"')

    def slips_of(self, session_id: str) -> list[Document]:
        """Return the open slips of a verification session, locked with everything in them that is read for a verdict."""
        session = self.get("verification_session", session_id)
        return [] if session is None else self._open([str(session.parent)], f'"session_id":"{session_id}"')

    def _open(self, campaigns: Any, said: str) -> list[Document]:
        """Lock the open inspections of campaigns whose state says something, and read what is in them."""
        query = select(DocumentRow.id, DocumentRow.parent, DocumentRow.state).where(
            DocumentRow.kind == "inspection", DocumentRow.parent.in_(campaigns), DocumentRow.is_deleted.is_(False),
            cast(DocumentRow.state, Text).contains(said),
        )  # fmt: skip
        found = [
            row for row in self._session.execute(query.order_by(DocumentRow.id)) if row.state.get("status") in OPEN
        ]
        self._load([("inspection", row.id) for row in found], lock=True)
        self._load([("campaign", row.parent) for row in found], lock=False)
        self._load_families([row.id for row in found if row.id not in self._children])
        inspections = [self._documents["inspection", row.id] for row in found]
        self._load_standards(inspections)
        return [inspection for inspection in inspections if inspection is not None]

    def receipt(self, op_id: str) -> Receipt | None:
        """Return the receipt of an operation of any device."""
        return self._receipts.get(op_id)

    def quarantined(self, digest: str) -> list[Stored]:
        """Return this device's rows with this digest, oldest first."""
        return self._quarantined.get(digest, [])

    def held_for(self, parent_id: str) -> list[HeldOperation]:
        """Return what is held for a document, in order of device and device_seq.

        A document that was itself held and comes with this batch is not named in it: asked one by one.
        """
        if parent_id not in self._awaited:
            self._awaited.add(parent_id)
            self._held |= _held(self._session, {parent_id})
        rows = self._held.get(parent_id, [])
        return [HeldOperation(row.id, any_json(row.raw), self._context(row.device_id)) for row in rows]

    def checklist(self, code: str, version: int) -> Checklist | None:
        """Return an immutable published checklist."""
        return catalog.load().get(code, version)

    def rules(self, version: str) -> RuleSet | None:
        """Return an immutable rule set."""
        if version not in self._rules:
            self._rules[version] = rules.by_version(self._session, version)
        return self._rules[version]

    def number_state(self, series: str, year: int, number: int) -> NumberState:
        """Return what is known of a minutes number.

        A lease that was given back still covers the numbers below its rest: papers printed before, not yet sent.
        """
        if not (0 < year <= _MAX_INT and 0 < number <= _MAX_INT and 0 < len(series) <= 40 and "\0" not in series):
            return _NOBODY
        self._session.get(SeriesYear, (series, year), with_for_update=True)  # the office may void it meanwhile
        row = self._session.get(MinutesNumber, (series, year, number), populate_existing=True)
        status = None if row is None else row.status
        lease = self._session.scalars(
            select(NumberLease)
            .where(NumberLease.series == series, NumberLease.year == year,
                   NumberLease.first <= number, NumberLease.last >= number)
            .order_by(NumberLease.granted_at.desc()).limit(1)
        ).first()  # fmt: skip
        if status == SKIPPED:
            return NumberState(None, None, None, None, None, forgotten=True)
        taken = row.minutes_id if row is not None and status in {"issued", "conflicting"} else None
        lost = lost_paper(self._session, series, year, number) if status == "lost" else None
        awaits, spent = None if lost is None else lost.sha256, status in {"void", "reserved"}
        if lease is None or status == "returned":
            return NumberState(None, None, None, None, taken, spent=spent, awaits=awaits)
        return NumberState(lease.id, lease.device_id, lease.first, lease.last, taken, spent=spent, awaits=awaits)

    def author(self, kind: str, id: str, field: str) -> Author | None:
        """Return who last wrote a field, from the journal."""
        found = authors.last_of(self._session, kind, id, field)
        return None if found is None else Author(found.actor, found.at)

    # -- loading

    def _shows_a_document(self, raw: dict[str, Any]) -> bool:
        """Say whether an operation is fresh, or a replay whose answer shows a document that may be granted no more."""
        receipt = self._receipts.get(op_id_of(raw) or "")
        return receipt is None or receipt.result["current"] is not None

    def _preload(self, raw_ops: Sequence[dict[str, Any]]) -> None:
        keys = set(_keys(raw_ops))
        keys |= self._parents_unsaid(raw_ops, keys)
        self._load((key for key in keys if key[0] in KINDS), lock=True)
        self._load(keys, lock=False)  # the office's own: nobody waits for a campaign to be pushed to
        inspections = [d for d in self._documents.values() if d is not None and d.kind == "inspection"]
        self._load([("campaign", d.parent) for d in inspections if d.parent is not None], lock=False)
        self._load_families([d.id for d in inspections])
        self._load_standards(inspections)

    def _parents_unsaid(self, raw_ops: Sequence[dict[str, Any]], keys: Set[Key]) -> set[Key]:
        """Name the parents of documents whose operations do not name them; a document's parent never changes."""
        silent = [raw for raw in raw_ops if raw.get("parent") is None and isinstance(raw.get("kind"), str)]
        unsaid = {key for raw in silent if is_uuid(raw.get("id")) and (key := (raw["kind"], raw["id"])) in keys}
        found: set[Key] = set()
        for kind in sorted({kind for kind, _ in unsaid}):
            parent_kind = KINDS[kind].parent_kind
            if parent_kind is not None:
                ids = sorted(id for named, id in unsaid if named == kind)
                where = DocumentRow.kind == kind, DocumentRow.id.in_(ids), DocumentRow.parent.is_not(None)
                found |= {
                    (parent_kind, str(parent))
                    for parent in self._session.scalars(select(DocumentRow.parent).where(*where))
                }
        return found

    def _load(self, keys: Iterable[Key], *, lock: bool) -> None:
        """Read documents by kind and id; `lock` takes their rows and reserves ids that are not there.

        Parents come before children, each kind in sorted order: who holds an inspection may write all below it.
        """
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, id in sorted(set(keys), key=lambda key: (_depth(key[0]), key)):
            if (kind, id) not in self._documents:
                by_kind[kind].append(id)
        missing = self._read(by_kind, lock=lock)
        if missing and lock and documents.can_be_reserved(self._session):
            # Two tablets may create one answer at once: the second waits here and then sees the first's.
            documents.reserve(self._session, ((kind, id) for kind, ids in missing.items() for id in ids))
            self._read(missing, lock=True)

    def _read(self, by_kind: dict[str, list[str]], *, lock: bool) -> dict[str, list[str]]:
        missing: dict[str, list[str]] = {}
        for kind, ids in by_kind.items():
            query = select(*_COLUMNS).where(DocumentRow.kind == kind, DocumentRow.id.in_(ids)).order_by(DocumentRow.id)
            found = {
                row.id for row in self._session.execute(query.with_for_update() if lock else query) if self._keep(row)
            }
            if absent := [id for id in ids if id not in found]:
                missing[kind] = absent
                self._documents |= dict.fromkeys(((kind, id) for id in absent), None)
        return missing

    def _load_families(self, parents: list[str]) -> None:
        if not parents:
            return
        for parent in parents:
            self._children[parent] = defaultdict(list)
        query = select(*_COLUMNS).where(DocumentRow.parent.in_(parents), DocumentRow.is_deleted.is_(False))
        for row in self._session.execute(query.order_by(DocumentRow.id)):
            self._children[row.parent][row.kind].append(self._keep(row))

    def _load_standards(self, inspections: Iterable[Document | None]) -> None:
        """Read the standards that verdicts rest on, all at once, and the sessions that carry some; nobody waits for them."""
        there = [d.state for d in inspections if d is not None]
        sessions = [("verification_session", id) for state in there if is_uuid(id := state.get("session_id"))]
        self._load(sessions, lock=False)
        carried = [found.state for key in sessions if (found := self._documents[key]) is not None]
        used = [id for state in (*there, *carried) for id in state.get("standards") or () if is_uuid(id)]
        self._load([("measurement_standard", id) for id in used], lock=False)

    def _keep(self, row: Row[Any]) -> Document:
        key = row.kind, row.id
        known = self._documents.get(key)
        if known is None:
            state = {} if row.is_deleted else row.state
            known = Document(row.kind, row.id, row.parent, row.scope, row.rev, state, row.is_deleted)
            self._documents[key] = known
        return known

    def _context(self, device_id: str) -> DeviceContext:
        if device_id not in self._devices:
            device = self._session.get_one(Device, device_id)
            self._devices[device_id] = grants.context_of(self._session, device)
        return self._devices[device_id]


class ReadingWorld(DatabaseWorld):
    """Inspections with everything in them, read and never locked: what a page computes, it does not write."""

    def __init__(self, session: Session, *inspection_ids: str) -> None:
        nobody = DeviceContext(
            device_id="", user_id="", role="", grants=frozenset(), next_device_seq=0, revoked=False, stopped=False,
            public_key=b"", led_campaigns=frozenset(),
        )  # fmt: skip
        super().__init__(session, nobody, [])
        self._load_families([*inspection_ids])

    def _load(self, keys: Iterable[Key], *, lock: bool) -> None:
        """Read documents, without a lock whatever is asked."""
        del lock
        super()._load(keys, lock=False)


def _depth(kind: str) -> int:
    parent = KINDS[kind].parent_kind if kind in KINDS else None
    return 0 if parent is None else 1 + _depth(parent)


def _keys(raw_ops: Sequence[dict[str, Any]]) -> Iterator[Key]:
    """Name the documents that operations are about: themselves, their parents, their subjects, what they amend."""
    for raw in raw_ops:
        kind = KINDS.get(raw["kind"]) if isinstance(raw.get("kind"), str) else None
        said = raw.get("set") if isinstance(raw.get("set"), dict) else {}
        if kind is None or not isinstance(said, dict):
            continue
        wanted = [(kind.name, raw.get("id")), ("instrument", said.get("subject_id")), ("minutes", said.get("amends"))]
        if kind.name == "minutes":
            wanted.append(("instrument", said.get("instrument_id")))
        parent_kind, named_in = kind.under(said)
        if parent_kind is not None and named_in is not None:
            wanted += [(parent_kind, raw.get("parent")), (parent_kind, said.get(named_in))]
        yield from ((name, id) for name, id in wanted if isinstance(id, str) and is_uuid(id))


def _receipts(session: Session, op_ids: Iterable[str]) -> dict[str, Receipt]:
    query = select(
        ReceiptRow.op_id, ReceiptRow.device_id, ReceiptRow.device_seq, ReceiptRow.digest, ReceiptRow.result
    ).where(ReceiptRow.op_id.in_(sorted(op_ids)))
    return {row.op_id: Receipt(*row) for row in session.execute(query)}


def _quarantined(
    session: Session, device_id: str, op_ids: Iterable[str], raw_ops: Sequence[Any]
) -> dict[str, list[Stored]]:
    """Read the device's rows for these operations: by op_id, and by digest where none can be read."""
    code = func.coalesce(Quarantine.first_code, Quarantine.code).label("code")
    detail = func.coalesce(Quarantine.first_detail, Quarantine.detail).label("detail")
    query = select(Quarantine.digest, Quarantine.op_id, code, detail, Quarantine.state)
    query = query.where(Quarantine.device_id == device_id).order_by(Quarantine.received_at, Quarantine.id)
    found = list(session.execute(query.where(Quarantine.op_id.in_(sorted(op_ids)))))
    if nameless := [digest(raw) for raw in raw_ops if op_id_of(raw) is None]:
        found += session.execute(query.where(Quarantine.op_id.is_(None), Quarantine.digest.in_(nameless)))
    rows: dict[str, list[Stored]] = defaultdict(list)
    for row in found:
        rows[row.digest].append(Stored(row.op_id, row.code, row.detail, row.state))
    return rows


def _held(session: Session, ids: Iterable[str]) -> dict[str, list[_HeldRow]]:
    query = select(Quarantine.id, Quarantine.parent, Quarantine.raw, Quarantine.device_id).where(
        Quarantine.parent.in_(sorted(ids)), Quarantine.state == "held"
    )
    rows: dict[str, list[_HeldRow]] = defaultdict(list)
    for row in session.execute(query.order_by(Quarantine.device_id, Quarantine.device_seq)):
        rows[str(row.parent)].append(row)
    return rows
