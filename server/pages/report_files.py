"""What pages give of a finished report besides HTML: its files to keep, and its charts as addresses of images."""

from __future__ import annotations

import base64

from flask import Response

from server.printing import charts
from server.printing.charts import Chart
from server.web.guards import now
from sync.paper_words import local

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def kept(data: bytes, media_type: str, stem: str, token: str) -> Response:
    """Answer with a report to be saved, named by what it is about and the day."""
    response = Response(data, mimetype=media_type)
    suffix = {PDF: "pdf", WORD: "docx"}[media_type]
    name = f"{stem}-{token[-12:]}-{local(now()):%Y%m%d}.{suffix}"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def picture(chart: Chart) -> str:
    """Return a chart as the address of an image: a report of a year is counted once for its page, not once a picture."""
    return "data:image/svg+xml;base64," + base64.b64encode(charts.svg(chart).encode()).decode()
