"""The register follows the paper: what a verification's papers write of their instrument, and what a void one leaves. Pure.

Twin on the tablet: core/verification/register.ts; both read tests/vectors/register.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RECORD, CERTIFICATE = "verification_record", "verification_certificate"
FORMS = frozenset({RECORD, CERTIFICATE})
"""Papers about one instrument: the leader or a verifier of the team issues them (decisions/0022)."""
WRITTEN = ("verified_until", "mark_serial", "certificate_number")
LOG = "verifications"
"""The field of an instrument that holds its standing papers, oldest first, each with what stood before it."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What a paper writes of an instrument, and when it was issued (seconds)."""

    minutes_id: str
    instrument_id: str
    form: str
    issued_at: int
    result: str
    written: dict[str, str | None]


def told(minutes_id: str, form: str, issued_at: int, document: State) -> Told | None:
    """Read a canonical document: a certificate that passed writes, a record that failed empties, others say nothing."""
    said = _map(document.get("verification"))
    instrument, result = _text(_map(said.get("instrument")).get("id")), _text(said.get("conclusion"))
    if instrument is None or (form, result) not in {(CERTIFICATE, "pass"), (RECORD, "fail")}:
        return None
    written: dict[str, str | None] = dict.fromkeys(WRITTEN)
    if form == CERTIFICATE:
        stickers = said.get("stickers")
        first = stickers[0] if isinstance(stickers, list) and stickers else None
        written = {
            "verified_until": _text(_map(said.get("valid_until")).get("day")),
            "mark_serial": _text(_map(first).get("serial")),
            "certificate_number": _text(_map(document.get("number")).get("text")),
        }
    return Told(minutes_id, instrument, form, issued_at, str(result), written)


def instrument_in(minutes: State) -> str | None:
    """Return the instrument that minutes (their state) are about; None for papers about none."""
    if minutes.get("form") not in FORMS:
        return None
    named = _text(minutes.get("instrument_id"))
    if named is not None:
        return named
    try:
        document = json.loads(str(minutes.get("canonical")))
    except (ValueError, RecursionError):
        return None
    return _text(_map(_map(_map(document).get("verification")).get("instrument")).get("id"))


def entered(state: State, paper: Told) -> dict[str, Any]:
    """Return an instrument's state after a paper: the one issued last speaks, in whatever order they arrive.

    A paper that comes late goes to its place in the log, so that voiding a later one brings back what it wrote.
    """
    log = _log(state)
    if any(each["minutes_id"] == paper.minutes_id for each in log):
        return dict(state)
    place = sum((each["issued_at"], each["minutes_id"]) < (paper.issued_at, paper.minutes_id) for each in log)
    entry = {"minutes_id": paper.minutes_id, "form": paper.form, "result": paper.result, "issued_at": paper.issued_at,
             "written": paper.written}  # fmt: skip
    if place == len(log):
        return {**state, **paper.written, LOG: [*log, {**entry, "before": _now(state)}]}
    later = log[place]
    moved = [*log[:place], {**entry, "before": later["before"]}, {**later, "before": paper.written}, *log[place + 1 :]]
    return {**state, LOG: moved}


def taken_back(state: State, minutes_id: str) -> dict[str, Any]:
    """Return an instrument's state after a paper was voided: what stood before it, if nothing newer was written."""
    log = _log(state)
    place = next((n for n, each in enumerate(log) if each["minutes_id"] == minutes_id), None)
    if place is None:
        return dict(state)
    entry, later = log[place], log[place + 1 : place + 2]
    left = [*log[:place], *log[place + 1 :]]
    if later:  # what the later one found before it is what this one wrote: it now finds what this one found
        if later[0]["before"] == entry["written"]:
            left[place] = {**later[0], "before": entry["before"]}
        return {**state, LOG: left}
    is_latest = _now(state) == entry["written"]
    return {**state, **(entry["before"] if is_latest else {}), LOG: left}


def _now(state: State) -> dict[str, str | None]:
    return {name: _text(state.get(name)) for name in WRITTEN}


def _log(state: State) -> list[dict[str, Any]]:
    found = state.get(LOG)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _map(value: Any) -> State:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
