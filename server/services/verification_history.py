"""The verifications of instruments as their papers say: when, where, with what result, sticker, certificate; and their signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesPaper
from server.services import verification_signs
from server.services.verification_facts import CERTIFICATE, RECORD, SESSION
from server.services.verification_signs import Certificate, Line
from sync.ids import mark_id

FORMS = (RECORD, CERTIFICATE)
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification of an instrument, as its record and its certificate (where it has one) say."""

    slip_id: str
    on: str
    place: str
    conclusion: str
    adjusted: bool
    stickers: Sequence[str]
    record_id: str
    record_number: str
    certificate_id: str
    certificate_number: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What comparing sticker and certificate of one instrument came to."""

    judged: str
    lines: Sequence[Line]


def of_instruments(session: Session, ids: Iterable[str], sites: Sequence[str]) -> dict[str, list[Verification]]:
    """Return the verifications of instruments at these establishments, the newest first."""
    wanted = set(ids)
    papers: dict[tuple[str, str], dict[str, Document]] = defaultdict(dict)
    for paper in _papers(session, sites):
        if paper.state.get("instrument_id") in wanted:
            papers[str(paper.state["instrument_id"]), str(paper.parent)][str(paper.state["form"])] = paper
    slips = documents.many(session, {("inspection", slip) for _, slip in papers})
    held = documents.many(session, {(SESSION, str(slip.state.get("session_id"))) for slip in slips.values()})
    found: dict[str, list[Verification]] = defaultdict(list)
    for (instrument, slip_id), own in papers.items():
        slip = slips.get(("inspection", slip_id))
        at = held.get((SESSION, str(slip.state.get("session_id")))) if slip is not None else None
        found[instrument].append(_verification(slip_id, own, {} if at is None else at.state))
    for rows in found.values():
        rows.sort(key=lambda row: (row.on, row.record_number), reverse=True)
    return found


def signs(session: Session, instruments: Sequence[State], verified: Mapping[str, Sequence[Verification]], on: date) -> dict[str, Signs]:  # fmt: skip
    """Compare sticker and certificate of each instrument (state with `id`) with the register on a day."""
    organisations = [row.id for row in documents.of_kind(session, "organisation")]
    keys = {
        instrument["id"]: [("mark", mark_id(o, "sticker", str(instrument["mark_serial"]))) for o in organisations]
        for instrument in instruments
        if instrument.get("mark_serial")
    }
    marks = documents.many(session, [key for own in keys.values() for key in own])
    found = {}
    for instrument in instruments:
        last = next((v for v in verified.get(instrument["id"], ()) if v.certificate_id), None)
        certificate = None if last is None else Certificate(last.certificate_number, tuple(last.stickers), last.valid_until)  # fmt: skip
        used = [marks[key].state for key in keys.get(instrument["id"], ()) if key in marks]
        lines = verification_signs.compared(instrument, certificate, used, on)
        found[instrument["id"]] = Signs(verification_signs.judged(lines), lines)
    return found


def _papers(session: Session, sites: Sequence[str]) -> list[Document]:
    query = (
        select(MinutesPaper.id)
        .join(InspectionSummary, InspectionSummary.id == MinutesPaper.inspection_id)
        .where(InspectionSummary.establishment_id.in_(sites), MinutesPaper.form.in_(FORMS), MinutesPaper.status != "void")
        .order_by(MinutesPaper.issued_at, MinutesPaper.id)
    )  # fmt: skip
    ids = session.scalars(query).all()
    known = documents.many(session, [("minutes", id) for id in ids])
    return [known["minutes", id] for id in ids if ("minutes", id) in known]


def _verification(slip_id: str, own: Mapping[str, Document], held: State) -> Verification:
    record, certificate = own.get(RECORD), own.get(CERTIFICATE)
    said, told = _said(record), _said(certificate)
    about, certified = said.get("verification") or {}, told.get("verification") or {}
    issued = next((str(p.state.get("issued_at") or "") for p in (record, certificate) if p is not None), "")
    stickers = (certified or about).get("stickers") or ()
    return Verification(
        slip_id=slip_id,
        on=str(held.get("on") or issued[:10]),
        place=str(held.get("place") or about.get("place") or ""),
        conclusion=str((about or certified).get("conclusion") or ""),
        adjusted=(about.get("adjustment") or {}).get("answer") == "conforming",
        stickers=[str(each.get("serial")) for each in stickers],
        record_id="" if record is None else record.id,
        record_number=_number(said, record),
        certificate_id="" if certificate is None else certificate.id,
        certificate_number=_number(told, certificate),
        valid_until=str((certified.get("valid_until") or {}).get("day") or ""),
    )


def _said(paper: Document | None) -> dict[str, Any]:
    if paper is None:
        return {}
    try:
        said = orjson.loads(paper.state.get("canonical") or "{}")
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(said: State, paper: Document | None) -> str:
    if paper is None:
        return ""
    number = said.get("number")
    printed = number.get("text") if isinstance(number, Mapping) else None
    return str(printed or f"{paper.state.get('number')}/{paper.state.get('series')}")
