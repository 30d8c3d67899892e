"""Suspended instruments: what teams suspended and released stands on the instrument, so that every later visit sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.services import ledger, paper_chain
from sync.feed import Change
from sync.paper_measures import paper_name, standing_suspensions

TYPES = frozenset({"suspend", "resume"})
SYSTEM = "system"


def settle(session: Session, changes: Iterable[Change], now: datetime) -> list[str]:
    """Write on each instrument whose measures, or their papers, changed which suspensions stand; return those that now differ.

    `measure_ids` remembers every suspension and release of it, so that a release that comes before what it ends counts;
    `suspensions` = [{measure_id, inspection_id, at, reason, paper}] is what screens show, `paper` the standing paper that
    lists it. Measures of a whole site stand on no instrument.
    """
    touched: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        if change.kind == "measure":
            for named in _instruments_of(session, change):
                touched[named].add(change.id)
        elif change.kind == "minutes" and change.state is not None:
            for measure in _measures_of(session, change.state):
                touched[str(measure.state["instrument_id"])].add(measure.id)
    made = []
    for id, new in sorted(touched.items()):
        instrument = documents.get(session, "instrument", id)
        if instrument is None:
            continue
        ids = sorted({*(instrument.state.get("measure_ids") or ()), *new})
        said = {"measure_ids": ids, "suspensions": _standing(session, ids)}
        if any(instrument.state.get(name) != value for name, value in said.items()):
            state = {**instrument.state, **said}
            made.append(ledger.change(session, "instrument", id, instrument.scope, state, actor=SYSTEM))
    ledger.record(session, made, now)
    return [change.id for change in made]


def _measures_of(session: Session, minutes: Mapping[str, Any]) -> list[Document]:
    """The suspensions and releases of an instrument that minutes list."""
    ids = sorted(paper_chain.measures_of(minutes))
    found = documents.many(session, [("measure", id) for id in ids]).values() if ids else ()
    return [m for m in found if m.state.get("type") in TYPES and m.state.get("instrument_id")]


def _instruments_of(session: Session, change: Change) -> list[str]:
    """Name the instrument that a measure is about; of a deleted one that which remembers it."""
    if change.state is not None:
        is_ours = change.state.get("type") in TYPES and change.state.get("instrument_id")
        return [str(change.state["instrument_id"])] if is_ours else []
    inspection = documents.get(session, "inspection", str(change.parent))
    site = "" if inspection is None else str(inspection.state.get("establishment_id"))
    own = documents.children(session, site, "instrument")
    return [each.id for each in own if change.id in (each.state.get("measure_ids") or ())]


def _standing(session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    rows = documents.many(session, [("measure", id) for id in ids])
    measures = [{"id": row.id, **row.state} for row in rows.values() if not row.is_deleted]
    return [
        {
            "measure_id": m["id"],
            **{name: m.get(name) for name in ("inspection_id", "at", "reason")},
            "paper": _paper(session, m),
        }
        for m in sorted(standing_suspensions(measures), key=lambda m: (str(m.get("at")), m["id"]))
    ]


def _paper(session: Session, measure: Mapping[str, Any]) -> str | None:
    """Name the first standing paper that lists a measure; None while nothing was signed."""
    inspection = documents.get(session, "inspection", str(measure.get("inspection_id")))
    papers = [] if inspection is None else paper_chain.standing_papers(session, [inspection])
    return next((paper_name(p) for p in papers if measure["id"] in p["measure_ids"]), None)
