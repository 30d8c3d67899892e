"""A PDF as an answer: the browser opens it, and saves it under a name that says what it is."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response


def opened(data: bytes, name: str) -> Response:
    """Answer with a PDF under a file name, which may hold any letters."""
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    return response
