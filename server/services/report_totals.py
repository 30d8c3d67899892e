"""The sums of a report, and the inspections behind one of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.users import User
from server.services import paging, report_facts
from server.services.report_facts import Read, Source
from server.services.report_figures import Examined, Key, Totals, counted
from server.services.report_scope import Scope

PAGE_SIZE = 50
SEPARATOR = ":"
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a scope counts. `targets` = establishments of the campaign's decision, `unplanned` those without any visit."""

    source: Source
    totals: Totals
    targets: int
    unplanned: int


@dataclass(frozen=True, slots=True)
class Row:
    """One inspection behind a number, and how much it counts for it."""

    id: str
    establishment: str
    address: str
    campaign_code: str
    on: date | None
    status: str
    count: int


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of the inspections behind a number, which is the sum of all `count`s."""

    rows: Sequence[Row]
    total: int
    count: int
    page: int
    pages: int


def summary(
    session: Session, scope: Scope, user: User, today: date, *, also: Callable[[Read], None] | None = None,
    more: Sequence[str] = (),
) -> Summary:  # fmt: skip
    """Count everything of a scope that a person may read; `also` is shown each inspection with `more` kinds read."""
    source = report_facts.source(session, scope, user)
    totals = Totals()
    for one in report_facts.read(session, source, today, more):
        totals.add(one.counted, counted(one.counted, today))
        if also is not None:
            also(one)
    named = {str(id) for id in source.campaign.state.get("establishment_ids") or ()} if source.campaign else set()
    visited = {one.establishment_id for one in source.inspections}
    return Summary(source, totals, len(named), len(named - visited))


def behind(session: Session, scope: Scope, figure: str, page: int, user: User, today: date) -> Behind:
    """Return one page of the inspections that count for a figure, by day; none for a figure that does not exist.

    A figure that others begin with stands for their sum: `domain:fuel_retail` for all verdicts of that domain.
    """
    source = report_facts.source(session, scope, user)
    key: Key = tuple(figure.split(SEPARATOR))
    found: list[tuple[Examined, State, int]] = []
    for one in report_facts.read(session, source, today):
        count = sum(n for own, n in counted(one.counted, today).items() if own[: len(key)] == key)
        if count:
            found.append((one.counted, one.site, count))
    page, pages, part = paging.placed(page, len(found), PAGE_SIZE)
    shown = found[part]
    codes = documents.many(session, [("campaign", one.campaign_id) for one, _, _ in shown])
    rows = [
        Row(
            id=one.id,
            establishment=str(site.get("name") or "(chưa có tên cơ sở)"),
            address=str(site.get("address") or ""),
            campaign_code=str(campaign.state.get("code")) if (campaign := codes.get(("campaign", one.campaign_id))) else "",
            on=one.on,
            status=str(one.state.get("status")),
            count=count,
        )
        for one, site, count in shown
    ]  # fmt: skip
    return Behind(rows, len(found), sum(count for _, _, count in found), page, pages)
