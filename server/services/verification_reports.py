"""Reports of mobile verification: of a session, a campaign or a period, of one commune where asked; and what is behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.printing.report_document import Part, Report
from server.services import (
    areas,
    inspection_list,
    paging,
    report_scope,
    reports,
    verification_facts,
    verification_report_tables,
)
from server.services.days import day_of
from server.services.report_facts import Units
from server.services.report_scope import Scope
from server.services.verification_facts import SESSION, Held, Slip
from server.services.verification_figures import Key, counted, counted_slip, summed
from server.services.verifiers import KIND
from server.services.wording import folded

PAGE_SIZE = 50
SEPARATOR = verification_report_tables.SEPARATOR
OF_AREA, OF_SESSION = "area", "session"
"""What a figure may begin with: `area:<code>` or `session:<id>` narrows it to these sessions."""
_TO_WRITE = (
    Part("Nhận xét, đánh giá", to_write="Người lập báo cáo ghi nhận xét, đánh giá chung; thuận lợi, khó khăn, nguyên nhân."),
    Part("Đề xuất, kiến nghị", to_write="Người lập báo cáo ghi đề xuất, kiến nghị với cơ quan có thẩm quyền."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """The sessions of a report. `title` = what they are of, as it goes on in a sentence."""

    token: str
    title: str
    sessions: Sequence[Held]
    campaigns: Mapping[str, Document]
    area: str = ""
    areas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Behind:
    """A slip, or a session where the figure is of sessions (`slip` None), behind a number, with how much it counts for."""

    held: Held
    slip: Slip | None
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what is behind a number."""

    rows: Sequence[Behind]
    total: int
    count: int
    page: int
    pages: int


def campaigns(session: Session, user: User) -> list[reports.Campaign]:
    """Return the mobile verifications that a person may read, the newest first."""
    known = {d.id for d in documents.of_kind(session, "campaign") if d.state.get("kind") == KIND}
    return [each for each in reports.campaigns(session, user) if each.id in known]


def source(session: Session, token: str, area: str, user: User) -> Source:
    """Find the sessions that a report is of, by day; 404 for what does not exist or is not this person's to read.

    `token` is that of a session, a campaign or a period (report_scope); `area` the code of a commune, '' for all.
    """
    visible = inspection_list.visible_campaigns(session, user)
    every = [d for d in documents.of_kind(session, SESSION) if not d.state.get("voided")]
    every = [d for d in every if visible is None or d.parent in visible]
    one = next((d for d in every if d.id == token), None)
    if one is not None:
        title = f"phiên kiểm định ngày {_day(one.state.get('on'))} tại {one.state.get('place') or '…'}"
        chosen = [one]
    else:
        title, chosen = _of_scope(session, report_scope.read(token), every, visible)
    units, names = Units.of(areas.every(session)), dict[str, str]()
    for each in sorted(every, key=lambda d: str(d.state.get("on"))):  # as the commune was called at its last session
        unit = units.on(code := str(each.state.get("area_code") or ""), day_of(each.state.get("on")))
        names[code] = units.names.get(unit, unit)
    chosen = [d for d in chosen if not area or d.state.get("area_code") == area]
    chosen.sort(key=lambda d: (str(d.state.get("on")), d.id))
    found = documents.many(session, {("campaign", str(d.parent)) for d in chosen})
    held = verification_facts.read(session, chosen)
    if area:
        title += f", {names.get(area, area)}"
    return Source(token, title, held, {id: row for (_, id), row in found.items()}, area, names)


def made(session: Session, found: Source, today: date) -> Report:
    """Make the report of some sessions as of a day."""
    agency = _agency(session, found)
    opening = f"Kết quả {found.title} được tổng hợp như sau:"
    return Report(
        agency=agency.get("letterhead") or reports.UNSAID_AGENCY,
        place=str(agency.get("place") or ""),
        year=today.year,
        abstract=f"Kết quả kiểm định lưu động: {found.title}",
        opening=[opening, f"Số liệu tính đến ngày {today:%d/%m/%Y}, theo hồ sơ trên hệ thống."],
        parts=[*verification_report_tables.parts(found.sessions, summed(found.sessions), found.areas), *_TO_WRITE],
        annexes=[],
    )


def behind(found: Source, figure: str, page: int) -> Page:
    """Return one page of the slips that count for a figure, or of the sessions where slips know nothing of it."""
    key: Key = tuple(figure.split(SEPARATOR))
    within = found.sessions
    if key[0] in (OF_AREA, OF_SESSION) and len(key) > 1:
        narrow, code, key = key[0], key[1], key[2:]
        within = [h for h in within if code == (h.area if narrow == OF_AREA else h.id)]
    rows = [
        Behind(held, slip, count) for held in within for slip in held.slips if (count := _sum(counted_slip(slip), key))
    ]
    rows = rows or [Behind(held, None, count) for held in within if (count := _sum(counted(held), key))]
    page, pages, part = paging.placed(page, len(rows), PAGE_SIZE)
    return Page(rows[part], len(rows), sum(row.count for row in rows), page, pages)


def _sum(figures: Mapping[Key, int], key: Key) -> int:
    return (
        sum(count for own, count in figures.items() if verification_report_tables.falls_under(own, key)) if key else 0
    )


def _of_scope(session: Session, scope: Scope, every: Sequence[Document], visible: frozenset[str] | None) -> tuple[str, list[Document]]:  # fmt: skip
    if not scope.campaign_id:
        return f"kiểm định lưu động {scope.title}", [d for d in every if scope.holds(day_of(d.state.get("on")))]
    campaign = documents.get(session, "campaign", scope.campaign_id)
    if campaign is None or campaign.state.get("kind") != KIND or (visible is not None and campaign.id not in visible):
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm định lưu động này, hoặc bạn không ở trong đoàn.")
    title = str(campaign.state.get("title") or "")
    return f"{title[:1].lower()}{title[1:]}", [d for d in every if d.parent == campaign.id]


def _agency(session: Session, found: Source) -> Mapping[str, Any]:
    """Return the organisation that verified, {} where several did, or none."""
    ids = {str(campaign.state.get("organisation_id")) for campaign in found.campaigns.values()}
    agency = documents.get(session, "organisation", ids.pop()) if len(ids) == 1 else None
    return {} if agency is None else agency.state


def areas_of(found: Source) -> list[tuple[str, str]]:
    """Return the communes in which the sessions were held."""
    codes = {held.area for held in found.sessions if held.area}
    return sorted(((code, found.areas.get(code, code)) for code in codes), key=lambda pair: folded(pair[1]))


def _day(value: Any) -> str:
    day = day_of(value)
    return "…" if day is None else f"{day:%d/%m/%Y}"
