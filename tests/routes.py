"""Routes compiled once for all apps of a run: each test has an app of its own, and compiling them was half of making it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]
_compile: Callable[[Rule, bool], Build] = Rule._compile_builder
_known: dict[tuple[Any, ...], Build] = {}


def compile_once() -> None:
    """Let Werkzeug keep what it compiles: a function of a route's text and parts, the same in every app."""
    Rule._compile_builder = _compiled  # type: ignore[method-assign, assignment]  # Werkzeug offers no cache of its own


def _compiled(rule: Rule, append_unknown: bool = True) -> Build:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _known:
        _known[key] = _compile(rule, append_unknown)
    return _known[key]
