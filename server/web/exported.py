"""A list of a page as a file to download: whole before its first byte leaves, whatever its length, in little memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import IO
from urllib.parse import quote

from flask import Response, request

from server.services import exports
from server.services.exports import Listed
from server.web.guards import now

BLOCK = 64 * 1024
IN_MEMORY = 2 * 1024 * 1024
"""Up to this a file is not written to the disk."""


def asked(make: Callable[[], Listed]) -> Response | None:
    """Answer `?export=xlsx|csv` with the list that `make` gives, all its pages; None where a page was asked for.

    The file is finished first: an error is an error page, never half a file, and a slow link holds no database.
    """
    kind = request.args.get("export", "")
    if kind not in exports.MEDIA_TYPES:
        return None
    listed = make()
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the server when it is sent
    try:
        exports.write(listed, kind, file, now())
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    name = quote(exports.file_name(listed, kind, now()))
    response = Response(_blocks(file), mimetype=exports.MEDIA_TYPES[kind], direct_passthrough=True)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.content_length = size
    return response


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
