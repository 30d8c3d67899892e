"""Keeping inspection_summary equal to the documents: one row as a pure function of them, written, rebuilt, compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.services import projection, slip_figures
from server.services.projection import storable
from server.services.wording import folded
from sync.clock import read_instant
from sync.feed import Change
from sync.findings import inspected_on
from sync.paper_forms import signed_at_site

CHUNK = 200
"""Inspections whose documents are read at a time."""
COUNTED = frozenset({"finding", "photo", "minutes", "requirement", "measure", "sample", "payment"})
"""Kinds of an inspection's children that its row tells of."""
State = Mapping[str, Any]
Row = dict[str, Any]
_T = Document.__table__.c
_SUMMARY = cast("Table", InspectionSummary.__table__)
_INSPECTIONS = select(_T.id, _T.parent, _T.state).where(
    _T.kind == "inspection", _T.id.in_(bindparam("ids", expanding=True)), _T.is_deleted.is_(False)
)
_CHILDREN = (
    select(_T.kind, _T.parent, _T.state)
    .where(_T.parent.in_(bindparam("ids", expanding=True)), _T.kind.in_(sorted(COUNTED)), _T.is_deleted.is_(False))
    .order_by(_T.id)
)
_SITES = select(_T.id, _T.state).where(
    _T.kind == "establishment", _T.id.in_(bindparam("ids", expanding=True)), _T.is_deleted.is_(False)
)
_SITES_HELD = _SITES.order_by(_T.id).with_for_update(read=True)
"""On PostgreSQL whoever writes a row and whoever renames its site wait for each other, so that neither writes an old name."""
_OF_SITES = select(_SUMMARY.c.id).where(_SUMMARY.c.establishment_id.in_(bindparam("ids", expanding=True)))
_ALL = select(_T.id).where(_T.kind == "inspection", _T.is_deleted.is_(False)).order_by(_T.id)


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the inspections that these changes touch; the changes themselves are written."""
    touched: set[str] = set()
    sites: set[str] = set()
    for change in changes:
        if change.kind == "inspection":
            touched.add(change.id)
        elif change.kind in COUNTED and change.parent is not None:
            touched.add(change.parent)
        elif change.kind == "establishment":
            sites.add(change.id)
    connection = session.connection()
    for part in projection.parts(sorted(sites), CHUNK):
        touched |= set(connection.execute(_OF_SITES, {"ids": part}).scalars())
    for part in projection.parts(sorted(touched), CHUNK):
        rows = rows_of(session, part, hold=True)
        projection.upsert(session, InspectionSummary, rows)
        if gone := set(part) - {row["id"] for row in rows}:
            connection.execute(delete(InspectionSummary).where(InspectionSummary.id.in_(gone)))


def rebuild(session: Session, table: Table = _SUMMARY) -> int:
    """Write every row anew from the documents; return how many there are. A migration hands in its own `table`."""
    return projection.refill(session, table, _wanted(session))


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what the documents add up to, of missing rows and of those of no inspection."""
    projection.compare(session, _SUMMARY, _wanted(session), differs, "dòng tóm tắt của cuộc kiểm tra")


def rows_of(session: Session, ids: Sequence[str], *, hold: bool = False) -> list[Row]:
    """Return the rows of the live ones among these inspections, as their documents now stand.

    `hold` keeps the sites from being changed until the transaction ends.
    """
    connection = session.connection()
    inspections = connection.execute(_INSPECTIONS, {"ids": ids}).all()
    family: dict[str, dict[str, list[State]]] = defaultdict(lambda: defaultdict(list))
    for kind, parent, state in connection.execute(_CHILDREN, {"ids": ids}):
        family[parent][kind].append(state)
    named = sorted({str(one.state.get("establishment_id")) for one in inspections})
    sites = dict(connection.execute(_SITES_HELD if hold else _SITES, {"ids": named}).all()) if named else {}
    return [
        row_of(one.id, one.parent, one.state, family[one.id], sites.get(str(one.state.get("establishment_id"))) or {})
        for one in inspections
    ]


def row_of(id: str, campaign: str | None, state: State, family: Mapping[str, Sequence[State]], site: State) -> Row:
    """Return the row of one inspection; what was voided does not count."""
    findings, photos = ([s for s in family.get(kind, ()) if not s.get("voided")] for kind in ("finding", "photo"))
    papers = sorted(family.get("minutes", ()), key=lambda m: str(m.get("issued_at")))
    valid = [m for m in papers if m.get("status") != "void"]
    numbers = [_number(m) for m in papers if isinstance(m.get("number"), int)]
    against = sum(is_nonconforming(s) for s in findings)
    inconclusive = sum((s.get("computed") or {}).get("verdict") == "inconclusive" for s in findings)
    is_signed = any(p.get("purpose") == "signed_paper" for p in photos)
    asked = [r for r in family.get("requirement", ()) if not r.get("voided") and r.get("state", "open") == "open"]
    words = [site.get("name"), site.get("address"), site.get("tax_code"), *numbers, id]
    on = inspected_on(state)
    return {
        "id": id,
        "campaign_id": _short(campaign, 36),
        "establishment_id": _short(state.get("establishment_id"), 36),
        "lead_user_id": _short(state.get("lead_user_id"), 36),
        "status": _short(state.get("status"), 30),
        "verdict": _verdict(findings, against, inconclusive),
        "planned_on": _day(state.get("planned_on")),
        "inspected_on": "" if on is None else on.isoformat(),
        "issued_at": max((_instant(m.get("issued_at")) for m in valid if m.get("closes") is True), default=""),
        "nonconforming": against,
        "inconclusive": inconclusive,
        "conflicts": sum(bool(s.get("conflicts")) for s in (state, *_merged(family))),
        "odd_photos": sum(any(is_odd(w) for w in p.get("warnings") or ()) for p in photos),
        "missing_photos": sum(p.get("status", "expected") == "expected" for p in photos),
        "odd_papers": sum(bool(m.get("diverged") or m.get("warnings")) for m in valid),
        "has_signed_paper": is_signed,
        "awaits_signed_paper": not is_signed and any(signed_at_site(m.get("form")) for m in valid),
        "open_requirements": len(asked),
        "due_on": min(filter(None, (_day(r.get("due_on")) for r in asked)), default=""),
        "measures": sum(not m.get("voided") for m in family.get("measure", ())),
        "session_id": _short(state.get("session_id"), 36),
        "slip": slip_figures.figures(state, family.get("finding", ()), family.get("payment", ())),
        "minutes": numbers,
        "name": storable(site.get("name")),
        "address": storable(site.get("address")),
        "search": folded(" ".join(storable(word) for word in words if word)),
    }


def is_nonconforming(finding: State) -> bool:
    """Say whether the inspector or the computation found against the site."""
    return finding.get("answer") == "nonconforming" or (finding.get("computed") or {}).get("verdict") == "fail"


def is_odd(warning: object) -> bool:
    """Say whether a remark about a photo is more than a note (services/photo_evidence)."""
    return not (isinstance(warning, Mapping) and warning.get("level") == "note")


def _verdict(findings: Sequence[State], against: int, inconclusive: int) -> str:
    if against:
        return "nonconforming"
    if inconclusive:
        return "inconclusive"
    has_result = any(s.get("answer") == "conforming" or (s.get("computed") or {}).get("verdict") for s in findings)
    return "conforming" if has_result else ""


def _merged(family: Mapping[str, Sequence[State]]) -> Iterator[State]:
    for kind in ("finding", "requirement", "measure", "sample"):
        yield from family.get(kind, ())


def _wanted(session: Session) -> Iterator[list[Row]]:
    for part in projection.parts(session.scalars(_ALL).all(), CHUNK):
        yield rows_of(session, part)


def _number(minutes: State) -> str:
    return f"{minutes['number']:02d}/{minutes.get('series')}"


def _instant(value: Any) -> str:
    found = read_instant(value)
    return "" if found is None else found.strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return ""  # a document of another time


def _short(value: Any, most: int) -> str:
    return "" if value is None else storable(str(value))[:most]
