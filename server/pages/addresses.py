"""Addresses of lists: the filter as it stands, with one thing changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import url_for

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def filtered(endpoint: str, fields: dict[str, Any], **place: Any) -> Callable[..., str]:
    """Return what templates call `link`: the list's address with one thing changed; another filter begins at page 1.

    `fields` are the query's names with what is asked for now, `place` what stands in the path.
    """

    def link(**more: Any) -> str:
        said = {name: value for name, value in {**fields, "page": 1, **more}.items() if value not in ("", None, 1)}
        return url_for(endpoint, **place) + (f"?{urlencode(said)}" if said else "")

    return link


def safe_path(target: str) -> str:
    """Return a path of this server, `/` for anything else: an address of another site never comes out of here."""
    parts = urlsplit(target) if _LOCAL_PATH.fullmatch(target) else None
    return target if parts is not None and not parts.scheme and not parts.netloc else "/"
