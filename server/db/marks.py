"""What lists need of stickers and seals that left their rolls: a projection of their documents, so that runs are found by the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Double, Index, String, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Model
from sync.mark_ranges import spans

_RUN = ("campaign_id", "kind", "head", "width", "fate", "is_odd", "used_on")
"""What marks of one run have in common."""


class MarkEntry(Model):
    """One live mark in one row, kept equal to its document by the ledger (services/mark_rows).

    Its serial is cut into `head`, `width` and `number` (sync/mark_ranges.cut): those of one roll differ by their number alone.
    """

    __tablename__ = "mark_entry"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(String(36))
    session_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(20))
    head: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    number: Mapped[int] = mapped_column(BigInteger)
    fate: Mapped[str] = mapped_column(String(10))
    """`used` or `spoiled`; `lost` where the record was taken back."""
    is_odd: Mapped[bool]
    """Whether anything was to be warned of when it came."""
    used_on: Mapped[str] = mapped_column(String(10))
    """Its day in Viet Nam, "" where its instant is none."""
    at: Mapped[float] = mapped_column(Double)
    """Its instant in seconds since 1970 in UTC; 0 where it is none."""

    __table_args__ = (
        # Holds all that a run is made of, in its order: 20,000 marks are read without a row or a sort.
        Index("ix_mark_entry_run", *_RUN, "number"),
        Index("ix_mark_entry_serial", "head", "width", "number"),
        Index("ix_mark_entry_session", "session_id", "kind", "fate"),
    )


class Run(NamedTuple):
    """Marks whose numbers follow one another, alike in everything else that is asked of many."""

    campaign_id: str
    kind: str
    head: str
    width: int
    fate: str
    is_odd: bool
    used_on: str
    first: int
    last: int


Place = tuple[str, int, int]
"""A serial as it is cut: head, width, number."""
PART = 300
"""Serials that one question may name."""
_E = MarkEntry.__table__.c
_ALIKE = [_E[name] for name in _RUN]
_RUNS = select(*_ALIKE, func.aggregate_strings(cast(_E.number, Text), " ")).group_by(*_ALIKE)
"""In the order of an index, so that nothing is sorted: finding the runs by window functions cost 20,000 marks ten times as much."""


def runs(session: Session) -> list[Run]:
    """Return all marks as runs."""
    return [
        Run._make((*alike, first, last))
        for *alike, numbers in session.connection().execute(_RUNS)
        for first, last in spans(map(int, numbers.split()))
    ]


def moments(session: Session, spans: Iterable[tuple[str, str, int, int, int]]) -> Sequence[tuple[str, str, str, int, int, float]]:  # fmt: skip
    """Return (campaign_id, kind, head, width, number, at) of the marks within spans (kind, head, width, first, last)."""
    within = [and_(_E.kind == kind, _E.head == head, _E.width == width, _E.number.between(first, last))
              for kind, head, width, first, last in spans]  # fmt: skip
    if not within:
        return []
    query = select(_E.campaign_id, _E.kind, _E.head, _E.width, _E.number, _E.at).where(or_(*within))
    return session.connection().execute(query).all()


def named(session: Session, places: Iterable[Place]) -> list[str]:
    """Return the ids of the marks of these serials, of every organisation and kind."""
    wanted = sorted(set(places))
    found: list[str] = []
    for start in range(0, len(wanted), PART):
        query = select(_E.id).where(or_(*_named(wanted[start : start + PART])))
        found += session.connection().scalars(query)
    return sorted(found)


def _named(places: Sequence[Place]) -> list[ColumnElement[bool]]:
    rolls = groupby(places, key=lambda place: place[:2])
    return [and_(_E.head == head, _E.width == width, _E.number.in_([number for *_, number in own])) for (head, width), own in rolls]  # fmt: skip
