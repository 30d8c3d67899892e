"""What the simulated inspectors write: an answer for any item that must be answered, of data/answers.yaml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from checklists.standards import certificate_on
from server.demo.tablet import Tablet

OVERDUE = "Đã quá hạn kiểm định tại thời điểm kiểm tra."
_ANSWERED = ("answer", "table")
"""Types of items that ask for đạt or không đạt."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an inspector has before them: the act, the site, what is measured there, the team's standards, the moment."""

    campaign: Mapping[str, Any]
    site: Mapping[str, Any]
    instruments: Sequence[Mapping[str, Any]]
    standards: Sequence[Mapping[str, Any]]
    at: datetime

    @classmethod
    def by(cls, tablet: Tablet, inspection: str) -> Seen:
        """Return what stands before a tablet's inspector at the site of an inspection, as far as the tablet knows."""
        found = tablet._state("inspection", inspection)
        site = tablet._state("establishment", found["establishment_id"])
        instruments = [i for i in tablet._all("instrument") if i["establishment_id"] == site["id"]]
        campaign = tablet._state("campaign", found["campaign_id"])
        return cls(campaign, site, instruments, tablet._used(found), tablet.now())

    def told(self, subject: str | None) -> dict[str, Any]:
        """Return what texts of the answers name, of one instrument or of the visit."""
        it = next((i for i in self.instruments if i["id"] == subject), {})
        return {"campaign": self.campaign, "site": self.site, "it": it, "of": it.get("attributes") or {},
                "clock": f"{self.at:%H:%M}", "count": len(self.instruments),
                "quarters": _quarters_before(self.at.date())}  # fmt: skip

    def each(self, of: str) -> Sequence[Mapping[str, Any]]:
        """Return the members of the team, or its standards with the certificate of the day."""
        if of == "team":
            return tuple(self.campaign["team"])
        return [{**s, "certificate": certificate_on(s, self.at.date()) or {}} for s in self.standards]


def answers_of(
    checklist: Mapping[str, Any], seen: Seen, over: Collection[str] = ()
) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Yield (item, subject, fields of the finding) for every item that must be answered.

    `over` = items of which the first subject is beyond the limits. A certificate that has run out does not conform.
    """
    for section in checklist["sections"]:
        for place, subject in enumerate(_subjects(section, seen)):
            for item in section["items"]:
                if item["required"] and not item.get("when"):
                    is_over = item["key"] in over and place == 0
                    yield item["key"], subject, _answer(item, seen, subject, is_over=is_over)


def _subjects(section: Mapping[str, Any], seen: Seen) -> list[str | None]:
    if section["per"] == "sample":
        return []
    if section["per"] == "visit":
        return [None]
    return [i["id"] for i in seen.instruments if i["type"] in (section.get("instrument_types") or ())]


def _answer(item: Mapping[str, Any], seen: Seen, subject: str | None, *, is_over: bool) -> dict[str, Any]:
    written = _written()
    said = {**written["as_found"].get(item["key"], {}), **(written["over"].get(item["key"], {}) if is_over else {})}
    told, day = seen.told(subject), seen.at.date()
    values = _filled(said.get("values", {}), told, day)
    rows = [_filled(row, told, day) for row in said.get("rows", ())]
    if "each" in said:
        rows = [_filled(said["row"], {**told, "each": each}, day) for each in seen.each(said["each"])]
    answer, note = said.get("answer", "conforming" if item["type"] in _ANSWERED else None), said.get("note", "")
    if answer == "conforming" and str(values.get("valid_until", day)) < day.isoformat():
        answer, note = "nonconforming", OVERDUE
    return {"answer": answer, "values": values, "rows": rows, "note": note, "photo_ids": []}


def _quarters_before(day: date) -> list[str]:
    """Name the last four quarters that are over, the newest first."""
    first = day.year * 4 + (day.month - 1) // 3 - 1
    return [f"Quý {('I', 'II', 'III', 'IV')[n % 4]}/{n // 4}" for n in range(first, first - 4, -1)]


@cache
def _written() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "data" / "answers.yaml").read_text("utf-8")
    )
    return loaded


def _filled(row: Mapping[str, Any], told: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Fill one row in; a field of which nothing is known stays blank."""
    filled = {key: _text(value, told, day) for key, value in row.items()}
    return {key: value for key, value in filled.items() if value not in ("", "None")}


def _text(value: Any, told: Mapping[str, Any], day: date) -> Any:
    if isinstance(value, int):
        return (day + timedelta(days=value)).isoformat()
    if not isinstance(value, str):
        return value
    try:
        return value.format_map(told)
    except (KeyError, TypeError):
        return ""
