"""The result report of a campaign and the summary of a period: head, counted parts, places left for people to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.users import User
from server.printing.report_document import Cell, Column, Part, Report, Table
from server.services import areas, exports, inspection_list, report_scope, report_tables, report_totals
from server.services.exports import Listed
from server.services.report_annexes import Annexes
from server.services.report_facts import Source, Units
from server.services.report_scope import Scope
from sync.paper_words import ACTS, TEAMS, short_day

State = Mapping[str, Any]
UNSAID_AGENCY = ("TÊN CƠ QUAN, TỔ CHỨC CHỦ QUẢN", "TÊN CƠ QUAN, TỔ CHỨC LẬP BÁO CÁO")
"""Where inspections of several agencies are summed up, a person writes who reports."""
_TO_WRITE = (
    Part(
        "Nhận xét, đánh giá",
        to_write="Người lập báo cáo ghi nhận xét, đánh giá chung; thuận lợi, khó khăn, nguyên nhân.",
    ),
    Part("Đề xuất, kiến nghị", to_write="Người lập báo cáo ghi đề xuất, kiến nghị với cơ quan có thẩm quyền."),
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign in the list of those that a report can be made of."""

    id: str
    code: str
    title: str
    starts_on: str
    ends_on: str


def campaigns(session: Session, user: User) -> list[Campaign]:
    """Return the campaigns that a person may read, the newest first."""
    visible = inspection_list.visible_campaigns(session, user)
    found = [
        Campaign(c.id, *(str(c.state.get(name) or "") for name in ("code", "title", "starts_on", "ends_on")))
        for c in documents.of_kind(session, "campaign")
        if visible is None or c.id in visible
    ]
    return sorted(found, key=lambda c: (c.starts_on, c.code), reverse=True)


def years(found: Sequence[Campaign]) -> list[Scope]:
    """Return the years in which campaigns began, the newest first."""
    begun = {c.starts_on[:4] for c in found if c.starts_on[:4].isdecimal()}
    return [report_scope.read(year) for year in sorted(begun, reverse=True)]


def made(session: Session, scope: Scope, user: User, today: date, *, with_annexes: bool = False) -> Report:
    """Make the report of a scope as of a day; annexes list every establishment, so only campaigns have them."""
    annexes = Annexes() if with_annexes and scope.campaign_id else None
    found = report_totals.summary(session, scope, user, today, also=None if annexes is None else annexes.take,
                                  more=Annexes.MORE if annexes else ())  # fmt: skip
    source, units = found.source, Units.of(areas.every(session))
    agency = _agency(session, source)
    campaign = {} if source.campaign is None else source.campaign.state
    return Report(
        agency=agency.get("letterhead") or [n for n in (agency.get("parent_name"), agency.get("name")) if n] or UNSAID_AGENCY,
        place=str(agency.get("place") or ""),
        year=today.year,
        abstract=_abstract(scope, campaign),
        opening=[_opening(scope, campaign), f"Số liệu tính đến ngày {today:%d/%m/%Y}, theo hồ sơ trên hệ thống."],
        parts=[*report_tables.parts(found, units, with_cases=source.shows_cases), *_TO_WRITE],
        annexes=[] if annexes is None else annexes.tables(today),
    )  # fmt: skip


def table_of(report: Report, key: str) -> Table | None:
    """Return a table of a report by its key."""
    return next((table for part in report.parts for table in part.tables if table.key == key), None)


def listed(report: Report, table: Table, scope: Scope) -> Listed:
    """Turn a table into a list to export."""
    return of_table(report, table, scope.token if not scope.campaign_id else scope.campaign_id[-6:])


def of_table(report: Report, table: Table, about: str) -> Listed:
    """Turn a table of whatever report into a list to export; `about` stands in the file's name."""
    columns = [exports.Column(c.title, exports.NUMBER if c.is_number else exports.TEXT, 0 if c.is_number else 50)
               for c in table.columns]  # fmt: skip
    rows = [[_value(cell, column) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows]
    return Listed(f"bao-cao-{table.key}-{about}", f"{report.abstract}: {table.title}", columns, rows,
                  [("Báo cáo", report.abstract), ("Bảng", table.title)])  # fmt: skip


def _value(cell: Cell, column: Column) -> str | int:
    """Return what a workbook keeps: numbers as numbers, per cents without their sign."""
    if cell.number is not None:
        return cell.number
    return cell.text.removesuffix(" %").replace(",", ".") if column.is_number else cell.text


def _agency(session: Session, source: Source) -> State:
    """Return the agency whose campaigns are reported, {} where they are of several or of none."""
    if source.campaign is not None:
        ids = {source.campaign.state.get("organisation_id")}
    else:
        counts = Counter(one.campaign_id for one in source.inspections)
        found = documents.many(session, [("campaign", id) for id in counts])
        ids = {campaign.state.get("organisation_id") for campaign in found.values()}
    if len(ids) != 1:
        return {}
    agency = documents.get(session, "organisation", str(ids.pop()))
    return {} if agency is None else agency.state


def _abstract(scope: Scope, campaign: State) -> str:
    title = str(campaign.get("title") or "").strip()
    if not scope.campaign_id:
        return f"Kết quả hoạt động kiểm tra {scope.title}"
    return f"Kết quả {title[:1].lower()}{title[1:]}" if title else "Kết quả kiểm tra"


def _opening(scope: Scope, campaign: State) -> str:
    """Say what is reported; the only basis cited is the campaign's own decision, as it was entered."""
    if not scope.campaign_id:
        return f"Kết quả hoạt động kiểm tra {scope.title} được tổng hợp như sau:"
    decision = campaign.get("decision") or {}
    act = ACTS.get(str(campaign.get("kind")), "kiểm tra")
    when = f"từ ngày {short_day(campaign.get('starts_on'))} đến ngày {short_day(campaign.get('ends_on'))}"
    if not decision.get("number"):
        return f"Kết quả {act} {when} như sau:"
    team = TEAMS.get(str(campaign.get("kind")), "Đoàn kiểm tra")
    by = f" của {decision['title']}" if decision.get("title") else ""
    return f"Thực hiện Quyết định số {decision['number']} ngày {short_day(decision.get('date'))}{by}, {team} đã tiến hành {act} {when}. Kết quả như sau:"  # fmt: skip
