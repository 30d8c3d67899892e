"""The server behind something that fails: every push that contains a word, or every push while a file is there."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

POISON = "thuốc độc"
ILL = "ILL_WHILE"
"""Names the file in the environment."""


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Pass on what is not to fail."""
    from wsgi import app as well  # late: only where it serves; the tests read the names above

    if environ["PATH_INFO"] != "/api/v1/sync/push":
        return well(environ, start_response)
    body = environ["wsgi.input"].read()
    plain = gzip.decompress(body) if environ.get("HTTP_CONTENT_ENCODING") == "gzip" else body
    if Path(os.environ[ILL]).exists() or POISON in plain.decode():
        start_response("500 Internal Server Error", [("Content-Type", "text/html")])
        return [b"<h1>Internal Server Error</h1>"]
    return well({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}, start_response)
