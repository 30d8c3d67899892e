"""The register of standards as the office reads it: what is valid, what runs out soon, one standard with its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from checklists import standards as core
from checklists.model import Cycle
from server.db import documents
from server.db.documents import Document
from server.services import accounts, history, paging, rules
from server.services.exports import DAY, Column, Listed
from server.services.standards import KIND, existing, open_inspections
from server.services.wording import STANDARD_STATES, STANDARD_STATUSES, folded

WITHIN_DAYS = 60
"""How long before its end a certificate is asked for: a laboratory takes weeks."""
VALID, DUE, EXPIRED, NONE, IDLE = "valid", "due", "expired", "none", "idle"
URGENT = (EXPIRED, NONE, DUE)
"""What a supervisor must act on, worst first; `idle` = broken or retired: nobody waits for its certificate."""
_IDLE_STATES = frozenset({"broken", "retired"})
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One standard on a day. `until` = the end of the certificate that it stands under, `days` = how far away that is."""

    id: str
    state: State
    status: str
    number: str
    until: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The register on a day, filtered; `counts` by status over all of it."""

    rows: Sequence[Row]
    counts: Mapping[str, int]
    status: str
    text: str
    on: date

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Page:
    """One standard with its certificates, newest first, and the open inspections whose verdicts rest on it."""

    rev: int
    row: Row
    certificates: Sequence[State]
    current: State | None
    inspections: Sequence[tuple[str, str]]
    cycle: Cycle | None


def listing(session: Session, on: date, *, status: str = "", text: str = "") -> Listing:
    """Return the register, most urgent first; an unknown status is as if none were asked for."""
    rows = _rows(session, on, WITHIN_DAYS)
    wanted = status if status in {VALID, DUE, EXPIRED, IDLE} else ""
    said = paging.words(text)
    counts = Counter(EXPIRED if row.status == NONE else row.status for row in rows)
    shown = [row for row in rows if not wanted or row.status == wanted or (row.status, wanted) == (NONE, EXPIRED)]
    needle = folded(said)
    return Listing([row for row in shown if needle in _searched(row)], counts, wanted, said, on)


def export(found: Listing) -> Listed:
    """Return the standards of a listing as a list to export."""
    columns = (Column("Chuẩn, máy đo", width=36), Column("Loại"), Column("Hãng sản xuất"), Column("Kiểu"), Column("Số máy"),
               Column("Giấy chứng nhận"), Column("Hạn", DAY), Column("Thời hạn"), Column("Tình trạng"), Column("Người giữ"))  # fmt: skip
    kinds = core.load().kinds
    rows = (
        (row.state.get("name"), kind.vi if (kind := kinds.get(str(row.state.get("kind")))) else row.state.get("kind"),
         *(row.state.get(name) for name in ("maker", "model", "serial")), row.number, row.until,
         STANDARD_STATUSES.get(row.status), STANDARD_STATES.get(str(row.state.get("state") or "in_use")), row.state.get("custodian"))
        for row in found.rows
    )  # fmt: skip
    asked = [("Tìm", found.text), ("Thời hạn", STANDARD_STATUSES.get(found.status, ""))]
    return Listed("chuan-do", "Chuẩn đo lường", columns, rows, [(label, said) for label, said in asked if said])


def attention(session: Session, on: date) -> Mapping[str, int]:
    """Count what a supervisor must act on, by status."""
    return Counter(row.status for row in _rows(session, on, WITHIN_DAYS))


def due(session: Session, on: date, within: int = WITHIN_DAYS) -> list[Row]:
    """Return what has run out or runs out within so many days, most urgent first; broken and retired ones are left out."""
    return [row for row in _rows(session, on, within) if row.status in URGENT]


def page(session: Session, id: str, on: date) -> Page:
    """Return one standard; 404 where there is none."""
    found = existing(session, id)
    people = accounts.names(session)
    state = found.state
    recorded = [row for row in state.get("certificates") or core.certificates(state) if isinstance(row, Mapping)]
    ordered = sorted(recorded, key=lambda row: str(row.get("issued_on") or ""), reverse=True)
    shown = [{**row, "withdrawn_by": history.who(people, (row.get("withdrawn") or {}).get("by"))} for row in ordered]
    return Page(
        found.rev,
        _row(found, on, WITHIN_DAYS),
        shown,
        core.certificate_on(state, on),
        _inspections(session, id),
        core.cycle_of(rules.current(session), str(state["kind"])),
    )


def _inspections(session: Session, id: str) -> list[tuple[str, str]]:
    named = []
    for inspection_id in open_inspections(session, id):
        inspection = documents.get(session, "inspection", inspection_id)
        site = (
            None
            if inspection is None
            else documents.get(session, "establishment", str(inspection.state["establishment_id"]))
        )
        named.append((inspection_id, "Cuộc kiểm tra" if site is None else str(site.state.get("name"))))
    return sorted(named, key=lambda each: folded(each[1]))


def _rows(session: Session, on: date, within: int) -> list[Row]:
    order = (*URGENT, VALID, IDLE)
    rows = [_row(found, on, within) for found in documents.of_kind(session, KIND)]
    return sorted(
        rows, key=lambda row: (order.index(row.status), row.until or date.min, folded(str(row.state.get("name"))))
    )


def _row(found: Document, on: date, within: int) -> Row:
    state = found.state
    certificate = core.certificate_on(state, on) or {}
    until = _day(certificate.get("valid_until"))
    days = None if until is None else (until - on).days
    if state.get("state") in _IDLE_STATES:
        status = IDLE
    elif days is None:
        status = NONE
    else:
        status = EXPIRED if days < 0 else DUE if days <= within else VALID
    return Row(found.id, state, status, str(certificate.get("number") or ""), until, days)


def _searched(row: Row) -> str:
    kind = core.load().kinds.get(str(row.state.get("kind")))
    said = [row.state.get(name) for name in ("name", "maker", "model", "serial", "custodian")]
    return folded(" ".join(str(each) for each in (*said, row.number, kind.vi if kind else "") if each))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
