"""Files that come with a form, and come back with the form that confirms them: chosen once, looked at, then written."""

from __future__ import annotations

import base64
import binascii

from flask import request

MAX_FILE = 300 * 1024
"""The file comes back with the second form, a third longer; some thousand rows fit."""


def sent() -> tuple[str, bytes]:
    """Return name and bytes of the file that was chosen, or of the one that the preview sends back; at most MAX_FILE + 1 bytes."""
    if "data" in request.form:
        try:
            return request.form.get("name", "")[:200], base64.b64decode(request.form["data"], validate=True)
        except (binascii.Error, ValueError):
            return "", b""
    file = request.files.get("file")
    return ("", b"") if file is None else (str(file.filename or "")[:200], file.read(MAX_FILE + 1))


def sent_back(data: bytes) -> str:
    """Write a file as the field of the form that confirms it."""
    return base64.b64encode(data).decode()
