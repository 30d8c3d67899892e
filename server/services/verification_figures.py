"""What one verification session counts for in lists and reports, and the sums of many. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from server.services.slip_figures import METHODS, RESULTS, dong_of
from server.services.verification_facts import CERTIFICATE, RECORD, Brought, Held, Slip, kept

Key = tuple[str, ...]
SESSIONS, CLOSED, SLIPS, BROUGHT = ("sessions",), ("closed",), ("slips",), ("brought",)
RECORDS, CERTIFICATES = ("records",), ("certificates",)
MARKS, FATES = ("sticker", "seal"), ("used", "spoiled")
_LISTED: dict[str, Key] = {"brought": BROUGHT, "adjusted": ("adjusted", ""), **{name: ("result", "", name) for name in RESULTS},
                           **{name: ("money", name) for name in METHODS}}  # fmt: skip
"""The figures of a slip's row, as keys that tell of no kind of instrument."""


@dataclass(slots=True)
class Totals:
    """The sums of some sessions, and the owners who came to them."""

    sums: Counter[Key] = field(default_factory=Counter)
    owners: set[str] = field(default_factory=set)

    def add(self, held: Held) -> None:
        """Add what one session counts for."""
        self.sums.update(counted(held))
        self.owners.update(slip.site_id for slip in held.slips)

    def below(self, *prefix: str) -> dict[Key, int]:
        """Return the figures whose keys begin so, by the rest of their keys."""
        size = len(prefix)
        return {key[size:]: count for key, count in self.sums.items() if key[:size] == prefix and len(key) > size}


def summed(sessions: Iterable[Held]) -> Totals:
    """Add sessions up."""
    totals = Totals()
    for held in sessions:
        totals.add(held)
    return totals


def listed(slips: Iterable[Mapping[str, int]], marks: Mapping[Key, int]) -> Totals:
    """Return what a list shows of a session: results of whatever kind of instrument, from the figures of its slips."""
    found = Counter[Key](marks)
    for slip in slips:
        found[SLIPS] += 1
        for name, count in slip.items():
            found[_LISTED[name]] += count
    return Totals(found)


def result_of(one: Brought) -> str:
    """Return what was concluded of an instrument."""
    return one.place.conclusion or "none"


def counted(held: Held) -> Counter[Key]:
    """Return what a session counts for. What it does not count for is not there."""
    found = Counter[Key]({SESSIONS: 1, CLOSED: int(bool(held.state.get("closed_at")))})
    for slip in held.slips:
        found.update(counted_slip(slip))
    found.update(("mark", str(mark.get("kind")), str(mark.get("fate"))) for mark in kept(held.marks))
    return +found


def counted_slip(slip: Slip) -> Counter[Key]:
    """Return what one slip counts for."""
    found = Counter[Key]([SLIPS, *(key for one in slip.brought for key in _instrument(one))])
    for payment in kept(slip.payments):
        method, amount = str(payment.get("method")), dong_of(payment)
        found.update({("payments", method): 1, ("money", method): amount})
    return +found


def _instrument(one: Brought) -> Iterator[Key]:
    yield BROUGHT
    yield "standing", one.place.standing.value
    yield "result", one.type, result_of(one)
    if one.place.adjusted:
        yield "adjusted", one.type
    if RECORD in one.papers:
        yield RECORDS
    if CERTIFICATE in one.papers:
        yield CERTIFICATES
