"""One instrument: where it stands, until when it is verified, what is suspended, what was found at each visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import grants, history, inspection_list, site_card, verification_history
from server.services.establishment_columns import INSTRUMENTS, title_of
from server.services.establishment_register import area_names
from server.services.inspection_summary import is_nonconforming
from server.services.instrument_register import Row, rows_of
from server.services.verification_history import Signs, Verification

_CALLED = {"name": "Tên gọi", "min": "Min", "kind": "Kiểu đo", "label": "Ký hiệu"}
"""Attributes of which the columns of an import say something else, or nothing."""
SHOWN = 20
"""Visits whose results are read; older ones are on the card of the establishment."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one inspection recorded of this instrument: which items, and which of them against it or undecided."""

    summary: InspectionSummary
    items: Sequence[str]
    against: Sequence[str]
    inconclusive: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of one instrument."""

    row: Row
    attributes: Sequence[tuple[str, Any]]
    suspensions: Sequence[Mapping[str, Any]]
    visits: Sequence[Visit]
    changes: Sequence[history.Entry]
    verifications: Sequence[Verification]
    signs: Signs


def page(session: Session, id: str, user: User, today: date) -> Page:
    """Return one instrument; 404 where there is none, and for a person whose campaigns have nothing in its commune."""
    found, readable = documents.get(session, "instrument", id), grants.readable(session, None, user)
    if found is None or (readable is not None and found.scope not in readable):
        raise Problem(
            ProblemCode.NOT_FOUND, "Không có phương tiện đo này, hoặc bạn không ở trong đoàn nào tại địa bàn đó."
        )
    row = rows_of(session, [id], area_names(session), today)[0]
    attributes = found.state.get("attributes")
    verified = verification_history.of_instruments(session, [id], site_card.family(session, row.site_id))
    signs = verification_history.signs(session, [{"id": id, **found.state}], verified, today)
    return Page(row, _named(attributes), found.state.get("suspensions") or [],
                _visits(session, found, row.site_id, user), history.of_document(session, id, 20),
                verified.get(id, []), signs[id])  # fmt: skip


def _named(attributes: Any) -> list[tuple[str, Any]]:
    said = attributes.items() if isinstance(attributes, Mapping) else ()
    return [(_CALLED.get(name) or title_of(name, INSTRUMENTS), value) for name, value in said if value not in (None, "", [])]  # fmt: skip


def _visits(session: Session, instrument: Document, site: str, user: User) -> list[Visit]:
    visible = inspection_list.visible_campaigns(session, user)
    query = select(InspectionSummary).where(InspectionSummary.establishment_id.in_(site_card.family(session, site)))
    if visible is not None:
        query = query.where(InspectionSummary.campaign_id.in_(sorted(visible)))
    recent = list(
        session.scalars(query.order_by(InspectionSummary.inspected_on.desc(), InspectionSummary.id).limit(SHOWN))
    )
    own: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for finding in documents.of_parents(session, [each.id for each in recent], ["finding"]):
        if finding.state.get("subject_id") == instrument.id and not finding.state.get("voided"):
            own[str(finding.parent)].append(finding.state)
    return [_visit(each, own[each.id]) for each in recent if own[each.id]]


def _visit(summary: InspectionSummary, findings: Sequence[Mapping[str, Any]]) -> Visit:
    def items(which: Callable[[Mapping[str, Any]], bool]) -> list[str]:
        return sorted({str(f.get("item")) for f in findings if which(f)})

    undecided = items(lambda f: (f.get("computed") or {}).get("verdict") == "inconclusive")
    return Visit(summary, items(bool), items(is_nonconforming), undecided)
