"""Addresses of lists: the filter as it stands, with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import url_for


def filtered(endpoint: str, fields: dict[str, Any], **place: Any) -> Callable[..., str]:
    """Return what templates call `link`: the list's address with one thing changed; another filter begins at page 1.

    `fields` are the query's names with what is asked for now, `place` what stands in the path.
    """

    def link(**more: Any) -> str:
        said = {name: value for name, value in {**fields, "page": 1, **more}.items() if value not in ("", None, 1)}
        return url_for(endpoint, **place) + (f"?{urlencode(said)}" if said else "")

    return link
