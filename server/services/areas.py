"""Administrative units (đơn vị hành chính cấp xã) with their validity: provinces merge, districts end, codes stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.services import ledger
from server.services.creation import created

_NAMESPACE = UUID("3f0c5d1e-6f43-5d0a-9a0b-7d1c1f2b9a55")
"""Ids of areas are made of code and validity, so that a second import finds the first."""


@dataclass(frozen=True, slots=True)
class Area:
    """One commune in one version of the map. The same code may stand for another unit after a merger."""

    code: str
    name: str
    district: str | None
    province: str
    valid_from: str
    valid_to: str | None

    @property
    def id(self) -> str:
        """The document's id."""
        return str(uuid5(_NAMESPACE, f"{self.code}|{self.valid_from}"))

    @property
    def full_name(self) -> str:
        """The name as it stands in an address."""
        return ", ".join(part for part in (self.name, self.district, self.province) if part)


def scope_of(code: str) -> str:
    """The scope of everything that lies in a commune."""
    return f"area:{code}"


def read(data: Mapping[str, Any]) -> list[Area]:
    """Read the areas of a data file (`versions` with communes, by district where there were districts)."""
    return [area for version in data["versions"] for area in _of_version(version)]


def register(session: Session, areas: Iterable[Area], *, actor: str, at: datetime) -> int:
    """Write the areas that are not yet known; return how many."""
    known = {row.id for row in documents.of_kind(session, "area")}
    changes = [
        created("area", scope_of(a.code), asdict(a), actor=actor, id=a.id)
        for a in {a.id: a for a in areas}.values()
        if a.id not in known
    ]
    ledger.record(session, changes, at)
    return len(changes)


def every(session: Session) -> list[Area]:
    """All registered areas, in order of code and validity."""
    rows = [_area(row.state) for row in documents.light(session, "area")]
    return sorted(rows, key=lambda a: (a.code, a.valid_from))


def codes(session: Session) -> frozenset[str]:
    """The codes that an address may carry, of every version."""
    return frozenset(a.code for a in every(session))


def on_day(session: Session, code: str, day: date) -> Area | None:
    """The unit that a code named on a day, or None."""
    text = day.isoformat()
    where = (Document.kind == "area", Document.scope == scope_of(code), Document.is_deleted.is_(False))
    for area in map(_area, session.scalars(select(Document.state).where(*where))):
        if area.code == code and area.valid_from <= text and (area.valid_to is None or text <= area.valid_to):
            return area
    return None


def _area(state: Mapping[str, Any]) -> Area:
    return Area(
        state["code"], state["name"], state["district"], state["province"], state["valid_from"], state["valid_to"]
    )


def _of_version(version: Mapping[str, Any]) -> Iterable[Area]:
    groups = version.get("districts") or [{"name": None, "communes": version["communes"]}]
    for group in groups:
        for code, name in group["communes"].items():
            yield Area(code, name, group["name"], version["province"], version["valid_from"], version["valid_to"])
