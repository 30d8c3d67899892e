"""Filling an empty database with demo data: areas, programme, agencies, accounts, standards, sites, campaigns, plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.standards import months_after
from server.db.documents import Document
from server.db.programme import Programme
from server.db.users import Role, SecondFactorState, User
from server.demo import sites
from server.errors import Problem, ProblemCode
from server.security.passwords import hash_password
from server.services import (
    areas,
    campaigns,
    establishments,
    inspection_plans,
    ledger,
    organisations,
    programme,
    programme_file,
    rules,
    standards,
    users,
)
from server.services.creation import SYSTEM
from server.services.inspection_plans import Plan
from server.services.standards import Certificate
from sync.paper_words import local

DATA = Path(__file__).parent / "data"
PROGRAMME = DATA / "programme-2021.yaml"
ESTABLISHMENTS = 40
INSPECTORS = 6
TEAM = 12
"""Inspectors in one campaign; load tests with more open further rounds."""
BATCH = 2000
VERSION = "2021"

Progress = Callable[[str], None]


@dataclass
class Loaded:
    """What a user needs to begin: accounts to sign in with, campaigns to look at, and how much was written."""

    accounts: list[dict[str, str]] = field(default_factory=list)
    campaigns: list[dict[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a team."""

    id: str
    name: str
    title: str
    agency: str


def load(
    session: Session,
    *,
    at: datetime,
    establishment_count: int = ESTABLISHMENTS,
    inspector_count: int = INSPECTORS,
    inspections_each: int | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Fill an empty database; refuses one with anything in it. The caller commits.

    `inspections_each` = planned inspections for each inspector (further visits follow earlier ones when the
    establishments run out); None = each establishment once, inspectors in turn.
    """
    _refuse_unless_empty(session)
    data = read_data("department.yaml")
    loaded = Loaded()
    tell = progress or (lambda _: None)
    tell("Đơn vị hành chính, chương trình công tác")
    area_file = read_data("areas-bac-giang.yaml")
    loaded.counts["areas"] = areas.register(session, areas.read(area_file), actor=SYSTEM, at=at)
    imported = programme.import_file(session, programme_file.parse(PROGRAMME.read_bytes()))
    loaded.counts["activities"] = imported.activities
    tell("Cơ quan, tài khoản, chuẩn đo lường")
    agencies = [
        organisations.register(session, o["state"], basis=o["basis"], actor=SYSTEM, at=at)
        for o in data["organisations"]
    ]
    rounds = _rounds(data, inspector_count)
    leaders, inspectors = _people(session, data, inspector_count, len(rounds), loaded, at)
    for row in data["standards"]:
        _standard(session, row, at)
    _confirm_limit(session, data["confirmed_limit"], at)
    tell("Cơ sở, phương tiện đo")
    by_domain = _sites(session, area_file, establishment_count, loaded, at)
    tell("Đợt kiểm tra, kế hoạch")
    for number, template in enumerate(rounds):
        team = _team(template, number, leaders, inspectors[number :: len(rounds)])
        targets = _share(by_domain.get(template["domain"], []), template, number, rounds)
        _campaign(session, template, number, agencies[0], team, targets, inspections_each, loaded, at)
    loaded.counts |= {"organisations": len(data["organisations"]), "standards": len(data["standards"])}
    return loaded


def _standard(session: Session, row: Mapping[str, Any], at: datetime) -> None:
    today, said = local(at).date(), {"factors": {}, **row["certificate"]}
    described = standards.described(row, row["attributes"])
    first = Certificate.of(row["kind"], **said, today=today, rules=rules.current(session))
    id = standards.register(session, described, first, actor=SYSTEM, at=at)
    if (days := row.get("renewed_days_ago")) is not None:
        issued = today - timedelta(days=days)
        number = f"{first.number.partition('/')[0]}/{issued.year}"
        renewed = replace(first, number=number, issued_on=issued, valid_until=months_after(issued, 12))
        standards.certify(session, id, renewed, actor=SYSTEM, at=at)


def read_data(name: str) -> Any:
    """Read one of the demo's own files, with the C parser where the machine has it (ten times faster)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / name).read_text("utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones


def is_empty(session: Session) -> bool:
    """Whether nobody has put anything into this database yet."""
    return not any(
        session.scalar(select(query.exists())) for query in (select(User), select(Document), select(Programme))
    )


def _refuse_unless_empty(session: Session) -> None:
    if not is_empty(session):
        raise Problem(
            ProblemCode.CONFLICT,
            "Cơ sở dữ liệu đã có dữ liệu: dữ liệu mẫu chỉ nạp vào cơ sở dữ liệu trống. "
            "Hãy đặt DATABASE_URL tới một cơ sở dữ liệu mới rồi chạy `flask db upgrade`.",
        )


def _rounds(data: Mapping[str, Any], inspector_count: int) -> list[dict[str, Any]]:
    """One campaign of each template; more rounds of them when the inspectors are too many for three teams."""
    templates: list[dict[str, Any]] = data["campaigns"]
    count = max(len(templates), -(-inspector_count // TEAM))
    return [templates[n % len(templates)] for n in range(count)]


def hire(
    session: Session, username: str, row: Mapping[str, str], role: str, password: str, loaded: Loaded, at: datetime
) -> Person:
    """Give somebody an account with the demo's password."""
    user = users.add_hashed(session, username=username, name=row["name"], title=row["title"], role=role,
                            password_hash=_hashed(password), actor=SYSTEM, at=at,
                            second_factor=SecondFactorState.EXEMPT)  # fmt: skip  # whoever tries it has no phone to scan with
    loaded.accounts.append({"username": username, "password": password, "role": role})
    return Person(user.id, row["name"], row["title"], row.get("agency", ""))


@cache
def _hashed(password: str) -> str:
    """One for all: it is public, and each costs a tenth of a second."""
    return hash_password(password)


def _people(
    session: Session, data: Mapping[str, Any], inspector_count: int, round_count: int, loaded: Loaded, at: datetime
) -> tuple[dict[str, Person], list[Person]]:
    def hire_one(username: str, row: Mapping[str, str], role: str) -> Person:
        return hire(session, username, row, role, data["password"], loaded, at)

    for row in data["accounts"]:
        hire_one(row["username"], row, row["role"])
    leaders = {row["username"]: hire_one(row["username"], row, Role.TEAM_LEADER.value) for row in data["leaders"]}
    for number in range(len(data["leaders"]) + 1, round_count):
        row = {**data["leaders"][0], "name": f"Trưởng đoàn {number}{sites.MARK}"}
        leaders[f"truongdoan{number}"] = hire_one(f"truongdoan{number}", row, Role.TEAM_LEADER.value)
    inspectors = []
    for number in range(1, inspector_count + 1):
        known: list[dict[str, str]] = data["inspectors"]
        row = (
            known[number - 1]
            if number <= len(known)
            else {**known[number % len(known)], "name": f"Kiểm tra viên {number}{sites.MARK}"}
        )
        inspectors.append(hire_one(f"kiemtra{number}", row, Role.INSPECTOR.value))
    loaded.counts["users"] = len(loaded.accounts)
    return leaders, inspectors


def _sites(
    session: Session, area_file: Mapping[str, Any], count: int, loaded: Loaded, at: datetime
) -> dict[str, list[tuple[str, str]]]:
    """Register the establishments; return (area code, id) of each by domain."""
    version = next(v for v in area_file["versions"] if v["version"] == VERSION)
    districts = {code: d["code"] for d in version["districts"] for code in d["communes"]}
    communes = areas.read({"versions": [version]})
    data = read_data("sites.yaml")
    by_domain: dict[str, list[tuple[str, str]]] = {}
    changes, instruments = [], 0
    for site in sites.make(data, communes, districts, count):
        change = establishments.establishment_change(site.state, actor=SYSTEM)
        by_domain.setdefault(site.domain, []).append((site.state["area_code"], change.id))
        changes.append(change)
        for row in site.instruments:
            state = {"establishment_id": change.id, **row}
            changes.append(establishments.instrument_change(state, site.state["area_code"], actor=SYSTEM))
            instruments += 1
    for start in range(0, len(changes), BATCH):
        ledger.record(session, changes[start : start + BATCH], at)
    loaded.counts |= {"establishments": count, "instruments": instruments, "inspections": 0}
    return by_domain


def _share(
    sites: Sequence[tuple[str, str]], template: Mapping[str, Any], number: int, rounds: Sequence[Mapping[str, Any]]
) -> list[str]:
    """This round's part of its domain's establishments: neighbours together, so that each tablet gets few areas."""
    same = [n for n, other in enumerate(rounds) if other["domain"] == template["domain"]]
    place, parts = same.index(number), len(same)
    ordered = sorted(sites)
    return [id for _, id in ordered[place * len(ordered) // parts : (place + 1) * len(ordered) // parts]]


def _team(
    template: Mapping[str, Any], number: int, leaders: Mapping[str, Person], inspectors: Sequence[Person]
) -> list[dict[str, Any]]:
    leader = (
        leaders.get(f"truongdoan{number}", leaders[template["leader"]]) if number >= 3 else leaders[template["leader"]]
    )
    members = [member(leader, "leader", number)]
    for place, person in enumerate(inspectors):
        members.append(
            member(person, ("secretary", "technical_officer", "member")[min(place, 2)], number * 100 + place + 1)
        )
    return [*members, *({"user_id": None, "certificate": None, **guest} for guest in template["guests"])]


def member(person: Person, role: str, number: int) -> dict[str, Any]:
    """Put somebody on a team, with a certificate of state metrology inspection that is as invented as they are."""
    certificate = {"number": f"DEMO-{number:04d}/CC", "valid_to": "2023-12-31"}
    return {"user_id": person.id, "name": person.name, "title": person.title, "agency": person.agency, "role": role,
            "certificate": certificate}  # fmt: skip


def _campaign(
    session: Session, template: Mapping[str, Any], number: int, agency: str, team: list[dict[str, Any]], targets: list[str],
    inspections_each: int | None, loaded: Loaded, at: datetime,
) -> None:  # fmt: skip
    decision = dict(template["decision"])
    if number >= 3:  # a further round of the same act has its own decision
        decision["number"] = f"{100 + number}/QĐ-DEMO"
    code = template["code"] if number < 3 else f"{template['code']}-{number // 3 + 1:02d}"
    values = {
        "code": code, "title": template["title"] + sites.MARK, "kind": template["kind"],
        "programme_activity": f"BG-2021/{template['activity']}",
        "starts_on": template["starts_on"], "ends_on": template["ends_on"], "organisation_id": agency,
        "decision": decision, "team": team, "establishment_ids": targets,
    }  # fmt: skip
    id = campaigns.create(session, values, actor=SYSTEM, at=at)
    loaded.campaigns.append({"id": id, "code": code})
    first, last = date.fromisoformat(template["starts_on"]), date.fromisoformat(template["ends_on"])
    used = [s for kind in template["standards"] for s in standards.covering(session, kind, first, last)]
    leads = [m["user_id"] for m in team if m["user_id"] and m["role"] != "leader"] or [team[0]["user_id"]]
    wanted = len(targets) if inspections_each is None else inspections_each * len(leads)
    loaded.counts["inspections"] += plan_visits(session, id, targets, leads, wanted, days_of(first, last), used, at)


def plan_visits(
    session: Session, campaign_id: str, targets: Sequence[str], leads: Sequence[str], wanted: int, days: Sequence[str],
    used: Sequence[str], at: datetime,
) -> int:  # fmt: skip
    """Plan visits, inspectors in turn; once round the establishments, the next visit follows the last."""
    earlier: dict[str, str] = {}
    done = 0
    while done < wanted and targets:
        round_targets = targets[: wanted - done]
        plans = [
            Plan(target, days[(done + n) * len(days) // max(wanted, 1)], leads[(done + n) % len(leads)], standards=used,
                 follows=earlier.get(target))
            for n, target in enumerate(round_targets)
        ]  # fmt: skip
        ids = inspection_plans.plan_all(session, campaign_id, plans, actor=SYSTEM, at=at)
        earlier = dict(zip(round_targets, ids, strict=True))
        done += len(plans)
    return done


def days_of(first: date, last: date) -> list[str]:
    """The working days of a period."""
    return [day.isoformat() for day in _calendar(first, last) if day.weekday() < 5]


def _calendar(first: date, last: date) -> Iterator[date]:
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)


def _confirm_limit(session: Session, row: Mapping[str, Any], at: datetime) -> None:
    rules.confirm(session, row["id"], value=row.get("value"), reviewed_by=row["reviewed_by"], document=row["document"],
                  on=date.fromisoformat(row["confirmed_on"]), now=at)  # fmt: skip
