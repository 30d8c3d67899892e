"""Documents as a batch sees them: copy-on-write layers, so that a failed operation or group leaves no trace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync.feed import Change
from sync.merge import Writer, uncredited, wrote
from sync.operations import Operation
from sync.world import Author, DeviceContext, Document, NumberState, NumberUse, World


@dataclass(frozen=True, slots=True)
class Act:
    """One operation being applied: what it says, whose it is, and who writes when."""

    operation: Operation
    device: DeviceContext
    writer: Writer
    decided: bool = False
    """A supervisor released it: what was held for a person is not held again."""


class Overlay:
    """A layer over the world or over another layer. `keep` hands everything written to the layer below."""

    def __init__(self, world: World, at: str, below: Overlay | None = None) -> None:
        self.world = world
        self.at = at
        self._below = below
        self._documents: dict[tuple[str, str], Document] = {}
        self._children: dict[tuple[str, str], dict[str, Document]] = {}
        self._numbers: dict[tuple[str, int, int], str] = {}
        self.changes: list[Change] = []
        self.numbers: list[NumberUse] = []

    def layer(self) -> Overlay:
        """Open a layer above this one."""
        return Overlay(self.world, self.at, self)

    def get(self, kind: str, id: str) -> Document | None:
        """Return a document as written so far, a deleted one too."""
        found = self._documents.get((kind, id))
        if found is not None:
            return found
        return self._below.get(kind, id) if self._below else self.world.get(kind, id)

    def live(self, kind: str, id: str | None) -> Document | None:
        """Return a document that exists and is not deleted."""
        found = None if id is None else self.get(kind, id)
        return None if found is None or found.deleted else found

    def existing(self, kind: str, ids: Collection[str]) -> frozenset[str]:
        """Return which of these ids are documents of a kind as written so far, deleted ones too."""
        wanted = frozenset(ids)
        found = set(self.world.existing(kind, wanted))
        layer: Overlay | None = self
        while layer is not None:
            found |= {id for of, id in layer._documents if of == kind} & wanted
            layer = layer._below
        return frozenset(found)

    def children(self, parent: str, kind: str) -> list[Document]:
        """Return live children of a kind, in a stable order."""
        return [child for child in self._family(parent, kind).values() if not child.deleted]

    def inspections_at(self, establishment_id: str) -> list[Document]:
        """Return live inspections of an establishment as written so far (closed ones may be missing), in a stable order."""
        return self._inspections(self.world.inspections_at(establishment_id), "establishment_id", establishment_id)

    def slips_of(self, session_id: str) -> list[Document]:
        """Return live inspections of a verification session as written so far (closed ones may be missing), in a stable
        order."""
        return self._inspections(self.world.slips_of(session_id), "session_id", session_id)

    def _inspections(self, known: list[Document], name: str, id: str) -> list[Document]:
        """Return the known inspections and those written here, as far as this field of theirs names an id."""
        ids = {inspection.id for inspection in known}
        layer: Overlay | None = self
        while layer is not None:
            written = layer._documents.values()
            ids |= {d.id for d in written if d.kind == "inspection" and d.state.get(name) == id}
            layer = layer._below
        return [found for id in sorted(ids) if (found := self.live("inspection", id)) is not None]

    def _family(self, parent: str, kind: str) -> dict[str, Document]:
        if self._below is None:
            return self._cached(parent, kind)
        own = self._children.get((parent, kind))
        below = self._below._family(parent, kind)
        return {**below, **own} if own else below

    def _cached(self, parent: str, kind: str) -> dict[str, Document]:
        found = self._children.get((parent, kind))
        if found is None:
            found = {d.id: self._documents.get((kind, d.id), d) for d in self.world.children(parent, kind)}
            found |= {d.id: d for d in self._documents.values() if d.parent == parent and d.kind == kind}
            self._children[parent, kind] = found
        return found

    def put(self, document: Document) -> None:
        """Write a document's new revision into this layer."""
        self._documents[document.kind, document.id] = document
        if document.parent is None:
            return
        key = document.parent, document.kind
        if self._below is not None:
            self._children.setdefault(key, {})[document.id] = document
        elif key in self._children:
            self._children[key][document.id] = document

    def number_state(self, series: str, year: int, number: int) -> NumberState:
        """Return what is known of a minutes number, this batch's uses included."""
        layer: Overlay | None = self
        taken: str | None = None
        while layer is not None and taken is None:
            taken = layer._numbers.get((series, year, number))
            layer = layer._below
        known = self.world.number_state(series, year, number)
        return known if taken is None or known.taken_by is not None else replace(known, taken_by=taken)

    def use(self, use: NumberUse) -> None:
        """Note what became of a minutes number."""
        self.numbers.append(use)
        if use.status == "issued":
            self._numbers[use.series, use.year, use.number] = use.minutes_id

    def author(self, kind: str, id: str, field: str) -> Author | None:
        """Return who last wrote a field; this batch before the journal."""
        layer: Overlay | None = self
        while layer is not None:
            for change in reversed(layer.changes):
                if (change.kind, change.id) == (kind, id) and wrote(change.taken, field):
                    return Author(change.actor, self.at)
            layer = layer._below
        return self.world.author(kind, id, field)

    def keep(self) -> None:
        """Hand everything written in this layer to the one below."""
        below = self._below
        if below is None:
            raise ValueError("the lowest layer has nothing below it")
        for document in self._documents.values():
            below.put(document)
        below._numbers |= self._numbers
        below.changes += self.changes
        below.numbers += self.numbers

    def write(
        self, act: Act, before: Document | None, after: Document, *, taken: Mapping[str, Any], lost: Mapping[str, Any]
    ) -> Document:
        """Write the one change that carries an operation's op_id."""
        op = act.operation
        moved = before is not None and before.scope != after.scope
        self.put(after)
        self.changes.append(
            Change(
                op_id=op.op_id, kind=after.kind, id=after.id, parent=after.parent, scope=after.scope,
                old_scope=before.scope if before is not None and moved else None, type=op.type, taken=dict(taken),
                lost=dict(lost), state=None if after.deleted else after.state, rev=after.rev, actor=act.writer.actor,
                device=act.device.device_id, at=op.at, clock=op.clock, digest=op.digest,
            )
        )  # fmt: skip
        return after

    def follow(self, before: Document, state: Mapping[str, Any], *, scope: str | None = None) -> Document:
        """Write what follows from an operation in another document: the server's own change, with no op_id."""
        after = replace(
            before, rev=before.rev + 1, state=uncredited(before.state, dict(state)), scope=scope or before.scope
        )
        changed = {n: v for n, v in after.state.items() if n not in before.state or before.state[n] != v}
        self.put(after)
        self.changes.append(
            Change(
                op_id=None, kind=after.kind, id=after.id, parent=after.parent, scope=after.scope,
                old_scope=before.scope if before.scope != after.scope else None, type="patch", taken=changed, lost={},
                state=after.state, rev=after.rev, actor="system", device=None, at=None, clock=None,
            )
        )  # fmt: skip
        return after
