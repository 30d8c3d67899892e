"""What an imported file says of establishments and instruments that are registered already: cell by cell, old and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.services import ledger
from server.services.document_words import value_words
from server.services.establishment_columns import ESTABLISHMENTS, INSTRUMENTS, title_of
from sync.feed import Change

_SITE = ("address", "phone", "lat", "lon", "business_lines")
_INSTRUMENT = ("year", "verified_until", "mark_serial", "certificate_number", "new_price")
"""Fields that a file may change; the others say which one it is."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that changes what is registered: (heading, old value, new value) of each cell that differs."""

    sheet: str
    row: int
    name: str
    cells: Sequence[tuple[str, str, str]]


@dataclass(slots=True)
class Met:
    """The rows of a file that met something registered. Without `wanted` they change nothing."""

    wanted: bool
    _rows: list[tuple[str, str, int, str, str, State]] = field(default_factory=list)

    def establishment(self, sheet: str, row: int, id: str, state: State) -> None:
        """Note an establishment that the register has."""
        self._rows.append(("establishment", sheet, row, id, str(state["name"]), state))

    def instrument(self, sheet: str, row: int, id: str, state: State, site: str) -> None:
        """Note an instrument that the register has."""
        self._rows.append(("instrument", sheet, row, id, f"{site}: số {state['serial']}", state))

    def changes(self, session: Session, told: list[RowChange], actor: str) -> list[Change]:
        """Return the changes of what is there already, each told with its row; empty cells of the file clear nothing."""
        if not self.wanted:
            return []
        known = documents.many(session, [(kind, id) for kind, _, _, id, _, _ in self._rows])
        made: dict[tuple[str, str], Change] = {}
        for kind, sheet, row, id, name, said in self._rows:
            found = known.get((kind, id))
            if found is None or (kind, id) in made:
                continue  # new in this very file, or said twice: the first row counts
            new = _new_values(kind, found.state, said)
            if not new:
                continue
            columns = ESTABLISHMENTS if kind == "establishment" else INSTRUMENTS
            cells = [(title_of(field, columns), value_words(field, _of(found.state, field)), value_words(field, value))
                     for field, value in new.items()]  # fmt: skip
            told.append(RowChange(sheet, row, name, cells))
            made[kind, id] = ledger.change(session, kind, id, found.scope, _with(found.state, new), actor=actor)
        return list(made.values())


def _new_values(kind: str, old: State, said: State) -> dict[str, Any]:
    """Return the cells that differ, those of maps by their key: `representative.name` as `representative`."""
    new = {name: said[name] for name in (_SITE if kind == "establishment" else _INSTRUMENT)
           if said[name] not in (None, "", []) and said[name] != old.get(name)}  # fmt: skip
    if kind == "establishment":
        person = _map(old.get("representative"))
        for key, title in (("name", "representative"), ("title", "representative_title")):
            value = said["representative"][key]
            if value and value != person.get(key):
                new[title] = value
    else:
        attributes = _map(old.get("attributes"))
        new |= {key: value for key, value in said["attributes"].items() if value != attributes.get(key)}
    return new


def _of(state: State, field: str) -> Any:
    if field in {"representative", "representative_title"}:
        return _map(state.get("representative")).get("title" if field.endswith("title") else "name")
    return state.get(field, _map(state.get("attributes")).get(field))


def _with(state: State, new: Mapping[str, Any]) -> dict[str, Any]:
    done = dict(state)
    for name, value in new.items():
        if name in {"representative", "representative_title"}:
            key = "title" if name.endswith("title") else "name"
            done["representative"] = {"name": "", "title": "", **_map(done.get("representative")), key: value}
        elif name in (*_SITE, *_INSTRUMENT):
            done[name] = value
        else:
            done["attributes"] = {**_map(done.get("attributes")), name: value}
    return done


def _map(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}
