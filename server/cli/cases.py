"""`flask cases`: violation case files and their clocks, to read. What is written is written on pages, by a person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import case_list, case_view
from server.services.case_clocks import Clock
from server.services.case_fields import dong
from server.services.case_forms import STATUSES
from server.services.case_words import clock_words
from server.services.days import day_of
from sync.paper_words import local

group = Group("cases", help="Hồ sơ vụ việc vi phạm: danh sách, thời hạn.")
_on = click.option("--on", metavar="NGÀY", help="Tính thời hạn như vào ngày này, dạng YYYY-MM-DD; mặc định hôm nay.")


@group.command("list")
@click.option("--overdue", is_flag=True, help="Chỉ những hồ sơ quá hạn lập biên bản.")
@_on
@json_option
def list_all(overdue: bool, on: str | None, as_json: bool) -> None:
    """Liệt kê hồ sơ, quá hạn trước, kèm số ngày làm việc còn lại."""
    day = _day(on)
    rows = [row for row in case_list.every(db.session(), day) if row.is_overdue or not overdue]
    value = {
        "on": day.isoformat(),
        "cases": [{**asdict(r), "clock": _clock(r.clock), "is_overdue": r.is_overdue} for r in rows],
    }
    lines = [f"{r.id}  {'⚠ ' if r.is_overdue else ''}{clock_words(r.clock)}  {STATUSES[r.status]}  "
             f"{r.establishment}  {', '.join(r.minutes)}" for r in rows]  # fmt: skip
    show(value, lines or ["Không có hồ sơ nào" + (" quá hạn." if overdue else ".")], as_json=as_json)


@group.command("show")
@click.argument("case_id", metavar="ID")
@_on
@json_option
def one(case_id: str, on: str | None, as_json: bool) -> None:
    """In một hồ sơ: thời hạn, vi phạm, các bước và mọi lần ghi."""
    try:
        page = case_view.page(db.session(), str(UUID(case_id)), _day(on))
    except ValueError:
        fail(f"{case_id!r} không phải mã hồ sơ.")
    except Problem as problem:
        fail(problem.detail)
    value = {"id": page.id, "rev": page.seen, "status": page.status, "state": page.state,
             "clocks": [_clock(c) for c in page.clocks], "price_sum": str(page.price_sum), "unpriced": page.unpriced,
             "paid": str(page.paid), "history": [asdict(w) for w in page.history]}  # fmt: skip
    lines = [f"{page.state['establishment'].get('name')}: {STATUSES[page.status]}"]
    lines += [f"{c.title}: {clock_words(c)}" for c in page.clocks]
    lines += [f"- {f['item']} {f['subject']}: {f['text']}" for f in page.state["facts"]]
    if decision := page.state["decision"]:
        fine = dong(decision["amount"]) if decision["amount"] else "không phạt tiền"
        lines.append(f"Quyết định {decision['number']} ngày {decision['on']}: {fine}; đã nộp {dong(page.paid)}")
    show(value, lines, as_json=as_json)


def _clock(clock: Clock) -> dict[str, Any]:
    days = {name: getattr(clock, name) for name in ("starts_on", "due_on", "done_on")}
    return {**asdict(clock), **{name: day.isoformat() if day else None for name, day in days.items()}}


def _day(text: str | None) -> date:
    day = local(datetime.now(UTC)).date() if text is None else day_of(text)
    if day is None or not 2000 <= day.year <= 2100:
        raise click.BadParameter("phải là ngày dạng YYYY-MM-DD, từ năm 2000 đến 2100", param_hint="--on")
    return day
