"""The rest of the demo's year: a third team, the other activities' sites, campaigns month by month, what arose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.programme import Activity
from server.demo import sites
from server.demo.load import Loaded, Person, days_of, hire, member, plan_visits, read_data
from server.services import (
    areas,
    campaign_opening,
    campaigns,
    establishments,
    ledger,
    programme_additions,
    programme_results,
    repeat_inspections,
    standards,
)
from server.services.creation import SYSTEM
from server.services.programme_additions import Addition

PROGRAMME, YEAR = "BG-2021", 2021
FIRST_INDEX = 9000
"""Tax codes and serials of these sites count from here, so that no site of `sites.py` has one of them."""
_SCOPES = {"kiem_dinh_luu_dong": "Kiểm định phương tiện đo nhóm 2 tại các chợ trên địa bàn"}
Site = tuple[str, str]


def fill(session: Session, loaded: Loaded, *, at: datetime) -> None:
    """Add to a database that `load.load` filled; the caller commits."""
    data = read_data("year-2021.yaml")
    password = loaded.accounts[0]["password"]
    team = [hire(session, row["username"], row, row["role"], password, loaded, at) for row in data["people"]]
    for row in data["additions"]:
        _arises(session, row, at)
    for row in data["results"]:
        programme_results.record(session, PROGRAMME, row["code"], row, actor=SYSTEM, today=at.date(), now=at)
    by_group = {
        name: _register(session, place, group, loaded, at) for place, (name, group) in enumerate(data["sites"].items())
    }
    organisation = next(
        d.id for d in documents.of_kind(session, "organisation") if d.state["series"][0]["series"] == "BB-ĐKT"
    )
    for row in data["campaigns"]:
        _opens(session, row, organisation, team, by_group, loaded, at)
    loaded.counts["users"] = len(loaded.accounts)


def _arises(session: Session, row: Mapping[str, Any], at: datetime) -> None:
    said = {name: value for name, value in row.items() if isinstance(value, str) and name != "withdrawn"}
    addition = Addition.of(said, [str(m) for m in row["months"]], YEAR, at.date())
    code = programme_additions.add(session, PROGRAMME, addition, actor=SYSTEM, now=at)
    if "withdrawn" in row:
        programme_additions.withdraw(session, PROGRAMME, code, row["withdrawn"], seen=1, actor=SYSTEM, now=at)


def _register(session: Session, place: int, group: Mapping[str, Any], loaded: Loaded, at: datetime) -> list[Site]:
    """Write the sites of one group with their instruments; return (name, id) of each."""
    changes, made = [], []
    for number, (name, code, address, person, title) in enumerate(group["rows"]):
        index = FIRST_INDEX + place * 20 + number
        area = areas.on_day(session, code, date(YEAR, 6, 1))
        state: dict[str, Any] = {
            "name": name + sites.MARK, "tax_code": sites.tax_code(index), "operator_id": None, "area_code": code,
            "address": f"{address}, {area.full_name if area else code}", "phone": f"0204 000 {index % 1000:03d}",
            "representative": {"name": person + sites.MARK, "title": title}, "lat": None, "lon": None,
            "business_lines": list(group["business_lines"]),
        }  # fmt: skip
        change = establishments.establishment_change(state, actor=SYSTEM)
        changes.append(change)
        made.append((name, change.id))
        for item, row in enumerate(group["instruments"]):
            own = sites.instrument(row["type"], index, item, row["maker"], row["model"], f"DM{index}{item}", row["price"], row["attributes"])  # fmt: skip
            changes.append(establishments.instrument_change({"establishment_id": change.id, **own}, code, actor=SYSTEM))
    ledger.record(session, changes, at)
    loaded.counts["establishments"] += len(made)
    loaded.counts["instruments"] += len(changes) - len(made)
    return made


def _opens(
    session: Session, row: Mapping[str, Any], organisation: str, people: Sequence[Person],
    by_group: Mapping[str, Sequence[Site]], loaded: Loaded, at: datetime,
) -> None:  # fmt: skip
    name = f"{PROGRAMME}/{row['activity']}"
    activity = programme_additions.find(session, name)
    assert activity is not None, name  # noqa: S101 - the programme was imported a moment ago
    first, last = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
    targets = [id for part in row["sites"] for _, id in _part(by_group, part)]
    repeats = _repeats(session, row.get("repeat"), targets, at)
    values = {
        "code": row["code"], "title": row["title"] + sites.MARK, "kind": activity.kind, "programme_activity": name,
        "starts_on": row["starts_on"], "ends_on": row["ends_on"], "organisation_id": organisation,
        "decision": _decision(row, activity, (last - first).days + 1),
        "team": [member(p, role, 300 + n) for n, (p, role) in enumerate(zip(people, ("leader", "secretary", "technical_officer"), strict=True))],
        "establishment_ids": targets, repeat_inspections.BASES: repeats,
    }  # fmt: skip
    id = campaigns.create(session, values, actor=SYSTEM, at=at)
    loaded.campaigns.append({"id": id, "code": row["code"]})
    used = [s for kind in row["standards"] for s in standards.covering(session, kind, first, last)]
    leads = [p.id for p in people[1:]]
    loaded.counts["inspections"] += plan_visits(
        session, id, targets, leads, len(targets), days_of(first, last), used, at
    )


def _repeats(session: Session, row: Mapping[str, str] | None, targets: list[str], at: datetime) -> list[dict[str, Any]]:
    """Put a site of an earlier campaign on the list, with the basis on which it is inspected again this year."""
    if row is None:
        return []
    named = documents.of_kind(session, "establishment")
    site = next(d.id for d in named if d.state["name"] == row["site"] + sites.MARK)
    targets.append(site)
    seen = repeat_inspections.earlier(session, [site], YEAR)[site]
    return [campaign_opening.basis_of(site, row["text"], row["document"], seen, SYSTEM, at)]


def _part(by_group: Mapping[str, Sequence[Site]], part: str) -> Sequence[Site]:
    """Read `market:0:2`: the first two of the markets; `gold`: all of them."""
    name, _, span = part.partition(":")
    low, _, high = span.partition(":")
    return by_group[name][int(low or 0) : int(high) if high else None]


def _decision(row: Mapping[str, Any], activity: Activity, days: int) -> dict[str, Any]:
    return {
        "number": row["number"], "date": row["date"], "signer": f"Nguyễn Quốc Khánh{sites.MARK}", "title": "Giám đốc",
        "trigger": "assigned" if "addition" in activity.data else "plan", "duration_days": days,
        "scope": _SCOPES.get(activity.kind, f"{activity.subject} trên địa bàn tỉnh"),
        "basis": ["Luật Đo lường số 04/2011/QH13 ngày 11/11/2011",
                  "Chương trình công tác năm 2021 của Sở Khoa học và Công nghệ tỉnh Bắc Giang"],
    }  # fmt: skip
