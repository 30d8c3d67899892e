"""What one slip of a mobile verification counts for in lists, as its row in inspection_summary keeps it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checklists.verification import queue

RESULTS = ("pass", "fail", "inconclusive", "none")
"""`none` = not concluded yet."""
METHODS = ("cash", "transfer", "subsidised")
State = Mapping[str, Any]


def figures(slip: State, findings: Sequence[State], payments: Iterable[State]) -> dict[str, int]:
    """Return how many instruments were `brought`, how many with each result, how many `adjusted`, and đồng by method.

    What it does not count for is not there; nothing at all for an inspection that is no slip. `findings` by id.
    """
    if not slip.get("session_id"):
        return {}
    found = Counter[str]()
    for place in queue(slip, findings).values():
        found.update(("brought", place.conclusion or "none", *(("adjusted",) if place.adjusted else ())))
    for payment in payments:
        if not payment.get("voided") and (method := str(payment.get("method"))) in METHODS:
            found[method] += dong_of(payment)
    return dict(+found)


def dong_of(payment: State) -> int:
    """Return what was paid, in đồng; what is no whole amount counts for nothing."""
    text = str(payment.get("amount") or "").partition(".")[0]
    return int(text) if text.isascii() and text.isdigit() else 0
