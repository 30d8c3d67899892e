"""A report as PDF, set by typst in the form of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

from typing import Any

import orjson

from server.printing import charts
from server.printing.press import Press
from server.printing.report_document import Report, Table

_press = Press("report.typ")


def write(report: Report) -> bytes:
    """Print a report. Raises PrintError."""
    document = {
        "agency": list(report.agency),
        "number": {"text": "……/BC-……"},
        "place_date": f"{report.place or '……'}, ngày …… tháng …… năm {report.year}",
        "title": "BÁO CÁO",
        "abstract": report.abstract,
        "opening": list(report.opening),
        "parts": [
            {"title": p.title, "to_write": p.to_write, "tables": [_table(t) for t in p.tables]} for p in report.parts
        ],
        "annexes": [_table(table) for table in report.annexes],
    }
    return _press.sets({"report": orjson.dumps(document).decode()}, "pdf")


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "empty": table.empty,
        "has_total": table.has_total,
        "columns": [{"title": c.title, "is_number": c.is_number, "share": c.share} for c in table.columns],
        "rows": [[cell.text for cell in row] for row in table.rows],
        "chart": None if table.chart is None else {"svg": charts.svg(table.chart), "alt": table.chart.alt},
    }
