"""One violation case whole, as a supervisor reads it: clocks, facts, forms, and everything that was ever written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import deadlines
from checklists.deadlines import Deadline
from server.db import documents
from server.db.journal import JournalEntry
from server.services import accounts, case_acts, case_clocks, cases, history, work_calendar
from server.services.case_acts import Choices
from server.services.case_clocks import Clock
from server.services.case_fields import Field, written
from server.services.case_forms import ACTS, Act
from sync.feed import state_of


@dataclass(frozen=True, slots=True)
class Form:
    """One act that may follow, with what stands there now: (label, value). Amounts are never filled in."""

    act: Act
    fields: Sequence[tuple[Field, Choices, str]]
    is_correction: bool


@dataclass(frozen=True, slots=True)
class Written:
    """One act of the past: who, when, why, and what it changed: (what, before, after)."""

    at: str
    who: str
    title: str
    reason: str
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of one case. `seen` = the revision that it shows."""

    id: str
    seen: int
    state: Mapping[str, Any]
    status: str
    clocks: Sequence[Clock]
    sanctioner: Deadline | None
    price_sum: int
    unpriced: Sequence[str]
    paid: int
    photos: Mapping[str, str]
    forms: Sequence[Form]
    history: Sequence[Written]
    people: Mapping[str, str]


def page(session: Session, case_id: str, on: date) -> Page:
    """Return one case; 404 where there is none."""
    case = cases.existing(session, case_id)
    people = cases.people_of(session)
    total, unpriced = case_acts.prices(case.state)
    return Page(
        id=case_id,
        seen=case.rev,
        state=case.state,
        status=case_acts.status_of(case.state),
        clocks=case_clocks.clocks(case.state, on, work_calendar.calendar(session)),
        sanctioner=deadlines.on_day("sanctioner", on),
        price_sum=total,
        unpriced=unpriced,
        paid=case_acts.paid(case.state),
        photos=_photos(session, str(case.parent)),
        forms=[_form(case.state, act, people) for act in case_acts.allowed(case.state)],
        history=past(session, case_id),
        people=accounts.names(session),
    )


def past(session: Session, case_id: str) -> list[Written]:
    """Return every act on a case from the journal, the newest first: what was corrected stays readable."""
    query = select(JournalEntry.entry).where(JournalEntry.doc_id == case_id, JournalEntry.kind == cases.KIND)
    names = accounts.names(session)
    found: list[Written] = []
    before: Mapping[str, str] = {}
    for text in session.scalars(query.order_by(JournalEntry.seq)):
        entry = json.loads(text)
        state = state_of(entry) or {}
        after = _flat(state, names)
        changes = [(what, before.get(what, ""), after.get(what, "")) for what in {**before, **after}
                   if before.get(what) != after.get(what)] if found else []  # fmt: skip
        done = state.get("act") or {}
        title = ACTS[done["name"]].title if done.get("name") in ACTS else "Mở hồ sơ"
        who = history.who(names, entry["actor"])
        found.append(Written(entry["received_at"], who, title, str(done.get("reason") or ""), changes))
        before = after
    return found[::-1]


def _form(case: Mapping[str, Any], act: Act, people: Choices) -> Form:
    stands: Mapping[str, Any] = {}
    if not act.is_row and isinstance(case.get(act.place), Mapping) and act.place != "closing":
        stands = case[act.place]
    fields = [(f, case_acts.choices_of(case, f, people), _filled(f, stands)) for f in case_acts.fields_of(act)]
    return Form(act, fields, bool(stands))


def _filled(field: Field, stands: Mapping[str, Any]) -> str:
    """Return what a field begins with: what stands there already, but never an amount."""
    value = stands.get(field.name)
    if field.type == "amount" or value is None:
        return ""
    if field.name == "awaited":
        return "yes" if value else "no"
    return str(value)[:16] if field.type == "moment" else str(value)


def _flat(state: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Write everything that acts may change as {what: value}."""
    found: dict[str, str] = {}
    for act in ACTS.values():
        if act.is_row:
            rows = state.get(act.place) or []
            for number, row in enumerate(rows, 1):
                _put(found, f"{act.title} {number}", act.fields, row, names)
                if row["struck"]:
                    found[f"{act.title} {number}: bị gạch"] = row["struck"]["reason"]
        elif act.name == "violation":
            for fact in state.get("facts") or []:
                _put(found, f"Nội dung {fact['id']}", act.fields[1:], fact["violation"] or {}, names)
        elif act.name == "price":
            for one in state.get("instruments") or []:
                _put(found, one["name"], act.fields[1:], one, names)
        elif act.place != "closing":
            _put(found, act.title, act.fields, state.get(act.place) or {}, names)
    return found


def _put(
    found: dict[str, str], title: str, fields: Sequence[Field], said: Mapping[str, Any], names: Mapping[str, str]
) -> None:
    for field in fields:
        value = said.get(field.name)
        if field.name == "awaited" and value is not None:
            value = "yes" if value else "no"
        if value not in (None, ""):
            choices = list(names.items()) if field.name == "user" else ()
            found[f"{title}: {field.label[0].lower()}{field.label[1:]}"] = written(field, value, choices)


def _photos(session: Session, inspection_id: str) -> dict[str, str]:
    """Return the photo of the inspection behind each SHA-256 that the minutes list."""
    rows = documents.children(session, inspection_id, "photo")
    return {str(d.state.get("sha256")): d.id for d in rows if d.state.get("status") == "complete"}
