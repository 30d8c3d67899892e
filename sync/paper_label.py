"""The label of a certificate for a small printer: the few words that fit beside its QR code. It is no paper of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sync.handling import said_by

State = Mapping[str, Any]


def label(minutes: State) -> dict[str, str]:
    """Return what the label of a certificate (its state) says; '' for what the certificate does not say."""
    said = said_by(minutes)
    return {
        "agency": _agency(minutes),
        "instrument": said.instrument,
        "serial": said.serial,
        "certificate": said.number,
        "sticker": said.sticker,
        "valid_until": said.valid_until,
    }


def _agency(minutes: State) -> str:
    """Return the last line of the letterhead: the organisation itself."""
    try:
        lines = json.loads(str(minutes.get("canonical"))).get("agency")
    except (ValueError, RecursionError, AttributeError):
        return ""
    last = lines[-1] if isinstance(lines, list) and lines else ""
    return last if isinstance(last, str) else ""
