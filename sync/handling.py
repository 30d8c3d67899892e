"""The way of a certificate after its issue: awaiting signature, signed, delivered, from the log `minutes.handling`. Pure.

Twin on the tablet: core/closing/handling.ts (docs/decisions/0022-mobile-verification.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.paper_forms import FORMS

SIGNED, DELIVERED = "signed", "delivered"
AWAITING, VOID = "awaiting", "void"
STEPS = (SIGNED, DELIVERED)
STATES = (AWAITING, SIGNED, DELIVERED)
"""In the order in which a certificate passes them."""
State = Mapping[str, Any]


def state_of(minutes: State) -> str:
    """Return where a certificate (its state) is: `awaiting`, `signed`, `delivered`, `void`; '' for any other paper.

    The furthest step of the log counts: two tablets may write theirs in any order.
    """
    form = FORMS.get(str(minutes.get("form")))
    if form is None or not form.is_certificate:
        return ""
    if minutes.get("voided") or minutes.get("status") == VOID:
        return VOID
    taken = {entry.get("step") for entry in entries(minutes)}
    return next((step for step in reversed(STEPS) if step in taken), AWAITING)


def entries(minutes: State) -> list[State]:
    """Return the steps that were recorded: {step, by, name, title, to, at}."""
    log = minutes.get("handling")
    return [entry for entry in log if isinstance(entry, Mapping)] if isinstance(log, list) else []


def may(minutes: State, step: str) -> bool:
    """Say whether a step may come next: what is signed is delivered, and nothing happens twice."""
    return (state_of(minutes), step) in {(AWAITING, SIGNED), (SIGNED, DELIVERED)}


def entry(
    step: str, *, by: str, at: str, name: str | None = None, title: str | None = None, to: str | None = None
) -> dict[str, Any]:
    """Write one step: who recorded it and when; who signed (`name`, `title`), or who got it (`to`)."""
    return {"step": step, "by": by, "name": name, "title": title, "to": to, "at": at}


@dataclass(frozen=True, slots=True)
class Said:
    """What a certificate says of itself, read back from its text; '' for what has another shape."""

    number: str
    instrument: str
    serial: str
    sticker: str
    owner: str
    valid_until: str
    """As printed: 31/8/2027."""


def said_by(minutes: State) -> Said:
    """Read back a certificate (its state): a tablet's text may have any shape, so nothing of it is trusted."""
    try:
        document = json.loads(str(minutes.get("canonical")))
    except (ValueError, RecursionError):
        document = None
    said = _map(_map(document).get("verification"))
    thing, stickers = _map(said.get("instrument")), said.get("stickers")
    serials = [_text(_map(each), "serial") for each in stickers] if isinstance(stickers, list) else []
    return Said(
        _text(_map(_map(document).get("number")), "text") or str(minutes.get("number") or ""),
        _text(thing, "name"), _text(thing, "serial"), ", ".join(filter(None, serials)),
        _text(_map(said.get("owner")), "name"), _text(_map(said.get("valid_until")), "text"),
    )  # fmt: skip


def _map(value: Any) -> State:
    return value if isinstance(value, Mapping) else {}


def _text(row: State, name: str) -> str:
    found = row.get(name)
    return found if isinstance(found, str) else ""
