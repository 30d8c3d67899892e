"""A department after years of work, written past the services by bulk SQL: for figures, and for counting questions.

The journal stays empty: only what lists read is filled, each projection by its own row function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Table, insert
from sqlalchemy.orm import Session

from server.db.base import Model
from server.db.campaign_drafts import CampaignDraft
from server.db.devices import Device
from server.db.numbers import Series
from server.demo.load import PROGRAMME
from server.security.tokens import hash_of
from server.services import (
    campaign_drafts,
    inspection_summary,
    mark_rows,
    other_inspections,
    paper_rows,
    programme,
    register_rows,
)
from server.services.programme_file import parse
from tests import office_casework, office_market, office_marks
from tests.builders import Office, Person

ACTIVITY = "BG-2024/A08"
"""What every campaign is opened for: a year in the middle of them all."""
CAMPAIGN_OF = 400
"""Inspections of one campaign: a year's plan of a big province."""
COMMUNES = 250
FIRST = date(2022, 1, 3)
KINDS = ("Cửa hàng xăng dầu", "Tiệm vàng", "Cân ô tô", "Phòng khám", "Siêu thị", "Hợp tác xã", "Chợ")
WORDS = ("Hà", "An", "Đức", "Lạng", "Giang", "Ngọc", "Ước", "Yên", "Bình", "Sơn", "Ánh", "Đông", "Thủy", "Quế", "Vũ")
STATUSES = ("approved", "approved", "approved", "issued", "issued", "returned", "in_progress", "planned")
DOCUMENT = ("kind", "id", "scope", "parent", "rev", "is_deleted", "state")
Rows = Iterable[Sequence[Any]]
CAMPAIGN, DRAFT = "00000000-0004-4000-8000-000000000000", "00000000-000c-4000-8000-000000000000"
"""The first campaign and the plan, by the ids that addresses of lists name."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. Findings are spread over the inspections."""

    establishments: int
    inspections: int
    findings: int

    @property
    def each(self) -> int:
        """Findings of one inspection."""
        return max(1, self.findings // max(1, self.inspections))


FULL = Size(20_000, 40_000, 1_000_000)
QUICK = Size(2_000, 4_000, 100_000)


def fill(office: Office, size: Size, today: date) -> None:
    """Fill an empty, migrated database; people, tablets and a series come by the services."""
    leaders = [office.hires("team_leader", f"{WORDS[n]} Văn Trưởng") for n in range(5)]
    office.has_organisation()
    office.opens_series()
    tablets = [office.enrols(leader, f"Máy {n + 1}").device_id for n, leader in enumerate(leaders)]
    with office.transaction() as session:
        connection = session.connection()
        sites = list(_sites(size))
        bulk(connection, "document", DOCUMENT, (_row("area", id, scope, None, state) for id, scope, state in _areas()))
        bulk(
            connection,
            "document",
            DOCUMENT,
            (_row("establishment", id, scope, None, state) for id, scope, state in sites),
        )
        _entries(
            connection,
            "establishment_entry",
            (register_rows.establishment_row(id, state, scope, {}) for id, scope, state in sites),
        )
        owned = list(_instruments(sites, today))
        bulk(
            connection,
            "document",
            DOCUMENT,
            (_row("instrument", id, scope, state["establishment_id"], state) for id, scope, state in owned),
        )
        _entries(
            connection,
            "instrument_entry",
            (register_rows.instrument_row(id, state, scope, {}) for id, scope, state in owned),
        )
        _visits(connection, size, sites, [leader.id for leader in leaders], office.organisation_id)
        market = list(office_market.documents(size.inspections, sites, owned, leaders[0], office.organisation_id))
        market += office_marks.documents(market, tablets, leaders[0], office.organisation_id)
        bulk(connection, "document", DOCUMENT, (_row(*each) for each in market))
        _entries(connection, "minutes_paper", office_market.papers(market))
        _entries(connection, "inspection_summary", office_market.summaries(market, sites))
        marks = (
            mark_rows.row_of(id, scope, parent, state) for kind, id, scope, parent, state in market if kind == "mark"
        )
        _entries(connection, "mark_entry", marks)
        _programme(session, connection, sites, leaders[0])
        _quarantine(session, connection, min(500, size.inspections))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")


def bulk(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Write rows of plain values the quickest way that the engine has."""
    cursor = connection.connection.cursor()
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        sqlite: Any = cursor  # takes an iterator, too: a million rows need not stand in a list
        sqlite.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 - our own words
    cursor.close()


def _entries(connection: Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as the projections make them."""
    target: Table = Model.metadata.tables[table]
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == 1000:
            connection.execute(insert(target), waiting)
            waiting = []
    if waiting:
        connection.execute(insert(target), waiting)


def _row(kind: str, id: str, scope: str, parent: str | None, state: Any) -> Sequence[Any]:
    return (
        kind,
        id,
        scope,
        parent,
        1,
        False,
        state if isinstance(state, str) else orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode(),
    )


def _id(kind: int, n: int) -> str:
    return f"{n:08x}-{kind:04x}-4000-8000-{n % 65_521:012x}"


def _areas() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for n in range(COMMUNES):
        code = f"{7000 + n:05}"
        yield _id(1, n), f"area:{code}", {"code": code, "name": f"Xã {WORDS[n % 15]} {WORDS[n // 15 % 15]}", "district": None,
                                          "province": "Bắc Ninh", "valid_from": "2000-01-01", "valid_to": None}  # fmt: skip


def _sites(size: Size) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for n in range(size.establishments):
        code = f"{7000 + n % COMMUNES:05}"
        name = f"{KINDS[n % 7]} {WORDS[n % 15]} {WORDS[n // 15 % 15]} {WORDS[n // 225 % 15]} số {n // 3375 + 1}"
        yield _id(2, n), f"area:{code}", {
            "name": name, "tax_code": f"24{n % 19_000:08}", "address": f"Thôn {n % 40 + 1}, xã {WORDS[n % 15]}", "operator_id": None,
            "area_code": code, "phone": "0204 385 1111", "representative": {"name": f"Trần Thị {WORDS[n % 15]}", "title": "Chủ"},
            "lat": "21.2731", "lon": "106.1946", "business_lines": [KINDS[n % 7].lower()],
        }  # fmt: skip


def _instruments(sites: Sequence[Any], today: date) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for n in range(len(sites) * 3):
        owner, scope, _ = sites[n // 3]
        until = today + timedelta(days=n * 37 % 900 - 200)
        held = (
            [{"measure_id": _id(9, n), "inspection_id": None, "at": None, "reason": "Quá hạn"}] if n % 97 == 0 else []
        )
        yield _id(3, n), scope, {
            "establishment_id": owner, "type": ("fuel_dispenser", "weighing_instrument", "nozzle")[n % 3], "maker": "Tatsuno",
            "model": "T1", "serial": f"SN{n:06}", "year": 2018, "attributes": {}, "verified_until": until.isoformat() if n % 50 else None,
            "mark_serial": f"22B{n:06}", "certificate_number": f"{n}/KĐ", "new_price": "45000000", "suspensions": held,
        }  # fmt: skip


def _visits(
    connection: Connection, size: Size, sites: Sequence[Any], leaders: Sequence[str], organisation: str
) -> None:
    """Write campaigns with their inspections, findings, minutes and samples, and every projection of them."""
    campaigns = [_id(4, n) for n in range(-(-size.inspections // CAMPAIGN_OF))]
    pin = [{"code": "fuel-dispenser", "version": 1, "sha256": "0" * 64}]
    found: list[tuple[str, str, dict[str, Any], int]] = []
    for n in range(size.inspections):
        campaign, on = campaigns[n // CAMPAIGN_OF], FIRST + timedelta(days=n * 1750 // max(1, size.inspections))
        status = STATUSES[n % 8] if n < size.inspections * 0.97 else "planned"
        visits = (
            []
            if status == "planned"
            else [{"started_at": f"{on}T08:00:00+07:00", "ended_at": f"{on}T10:00:00+07:00", "position": None}]
        )
        state = {"campaign_id": campaign, "establishment_id": sites[n % len(sites)][0], "checklists": pin, "rules": None,
                 "planned_on": on.isoformat(), "status": status, "lead_user_id": leaders[n // CAMPAIGN_OF % 5], "visits": visits,
                 "decision_announced_at": None, "follows": None, "standards": [], "conclusion": None, "review": None,
                 "establishment_statement": None, "conflicts": {}}  # fmt: skip
        found.append((_id(5, n), campaign, state, n))
    bulk(
        connection,
        "document",
        DOCUMENT,
        (_row("inspection", id, f"campaign:{c}", c, state) for id, c, state, _ in found),
    )
    bulk(connection, "document", DOCUMENT, _campaigns(campaigns, found, leaders, organisation))
    bulk(
        connection,
        "campaign_member",
        ("campaign_id", "user_id", "role"),
        ((c, leaders[n % 5], "leader") for n, c in enumerate(campaigns)),
    )
    pairs = dict.fromkeys((campaign, state["establishment_id"]) for _, campaign, state, _ in found)
    bulk(connection, "campaign_establishment", ("campaign_id", "establishment_id"), pairs)
    bulk(connection, "document", DOCUMENT, _findings(found, size.each))
    papers, given = [], Counter[int]()
    for id, c, state, n in found:
        if state["status"] in {"approved", "issued", "returned"}:
            given[year := int(state["planned_on"][:4])] += 1
            papers.append((_id(7, n), id, c, _minutes(id, year, given[year], state)))
    bulk(
        connection,
        "document",
        DOCUMENT,
        (_row("minutes", id, f"campaign:{c}", parent, state) for id, parent, c, state in papers),
    )
    _entries(
        connection,
        "minutes_paper",
        (paper_rows.paper_row(id, f"campaign:{c}", parent, state) for id, parent, c, state in papers),
    )
    number = ("series", "year", "number", "minutes_id", "status", "source", "at")
    at = "2026-01-01 00:00:00.000000"
    bulk(
        connection,
        "minutes_number",
        number,
        (("BB-ĐKT", m["year"], m["number"], id, "issued", "server", at) for id, _, _, m in papers),
    )
    years = (("BB-ĐKT", year, count + 1) for year, count in given.items())
    bulk(connection, "series_year", ("series", "year", "next_number"), years)
    own = {parent: (id, state) for id, parent, _, state in papers}
    left = list(office_casework.documents(found, [own[id][0] if id in own else "" for id, _, _, _ in found]))
    printed = list(office_casework.prints([id for id, _, _, _ in papers], leaders[0]))
    bulk(connection, "document", DOCUMENT, (_row(*each) for each in (*left, *printed)))
    _entries(connection, "paper_print", (paper_rows.row_of(*each) for each in printed))
    sealed = {parent: [state] for kind, _, _, parent, state in left if kind == "measure"}
    _entries(connection, "inspection_summary", (
        inspection_summary.row_of(id, c, state, {"finding": [_finding(id, k) for k in range(n % 4)], "measure": sealed.get(id, []),
                                                 "minutes": [own[id][1]] if id in own else []}, sites[n % len(sites)][2])
        for id, c, state, n in found))  # fmt: skip


def _campaigns(
    campaigns: Sequence[str], found: Sequence[Any], leaders: Sequence[str], organisation: str
) -> Iterator[Sequence[Any]]:
    for n, id in enumerate(campaigns):
        own = found[n * CAMPAIGN_OF : (n + 1) * CAMPAIGN_OF]
        first, last = own[0][2]["planned_on"], own[-1][2]["planned_on"]
        state = {"code": f"ĐKT-{n + 1:03}", "title": f"Kiểm tra nhà nước về đo lường đợt {n + 1}", "kind": "kiem_tra_nha_nuoc",
                 "programme_activity": ACTIVITY, "checklists": ["fuel-dispenser"], "starts_on": first, "ends_on": last,
                 "organisation_id": organisation, "organisation": None,
                 "decision": {"number": f"{n + 1}/QĐ-SKHCN", "date": first, "signer": "Nguyễn Thanh Bình", "title": "Giám đốc",
                              "basis": [], "trigger": "plan", "scope": "Đo lường", "duration_days": 30},
                 "team": [{"user_id": leaders[n % 5], "name": "Trưởng đoàn", "title": "", "agency": "Sở KH&CN", "role": "leader", "certificate": None}],
                 "establishment_ids": list(dict.fromkeys(each[2]["establishment_id"] for each in own))}  # fmt: skip
        yield _row("campaign", id, f"campaign:{id}", None, state)


def _finding(inspection: str, k: int) -> dict[str, Any]:
    verdict = ("pass", "pass", "pass", "fail", "inconclusive")[k % 5]
    return {"inspection_id": inspection, "checklist": "fuel-dispenser", "item": f"FU{k:02}", "subject_id": None, "ordinal": 0,
            "answer": "nonconforming" if verdict == "fail" else "conforming", "values": {}, "rows": [], "note": "Đã kiểm tra",
            "photo_ids": [], "computed": {"errors": [], "limit": None, "verdict": verdict, "explanation": ""},
            "conflicts": {}}  # fmt: skip


def _findings(found: Sequence[Any], each: int) -> Iterator[Sequence[Any]]:
    """One text for each place in an inspection, with the id put in: writing JSON a million times cost more than storing it."""
    texts = [orjson.dumps(_finding("@", k), option=orjson.OPT_SORT_KEYS).decode().split("@") for k in range(each)]
    for id, campaign, _, n in found:
        for k, text in enumerate(texts):
            yield "finding", _id(6, n * each + k), f"campaign:{campaign}", id, 1, False, id.join(text)


def _minutes(inspection: str, year: int, number: int, state: dict[str, Any]) -> dict[str, Any]:
    return {"inspection_id": inspection, "form": "inspection", "closes": True, "series": "BB-ĐKT", "year": year, "number": number,
            "canonical": f'{{"number":{number},"year":{year}}}', "cose": "", "issued_at": f"{state['planned_on']}T10:00:00+07:00", "amends": None,
            "status": "issued", "diverged": [], "warnings": [], "freezes": [], "created_by": state["lead_user_id"]}  # fmt: skip


def _programme(session: Session, connection: Connection, sites: Sequence[Any], planner: Person) -> None:
    """Import a year's programme, and write what other agencies inspected in it and a plan that chose 200 sites."""
    programme.import_file(
        session, parse(PROGRAMME.read_bytes().replace(b"BG-2021", b"BG-2024").replace(b"year: 2021", b"year: 2024"))
    )
    others = []
    for n, (_, _, site) in enumerate(sites[:400]):
        state = {"tax_code": site["tax_code"], "name": site["name"], "agency": "Cục Quản lý thị trường", "subject": "Giá, nhãn hàng hóa",
                 "began_on": "2024-03-04", "ended_on": "", "decision": f"{n + 1}/QĐ", "source": "ds.xlsx",
                 "added": {"by": planner.id, "at": "2024-04-01T08:00:00+07:00"}, "struck": None}  # fmt: skip
        entity = other_inspections.entity(site["tax_code"])
        others.append(
            ("other_inspection", _id(11, n), "office:programme", entity, 1, False, orjson.dumps(state).decode())
        )
    bulk(connection, "document", DOCUMENT, others)
    now = datetime(2024, 6, 3, tzinfo=UTC)
    begun = campaign_drafts.begin(session, ACTIVITY, actor=planner.id, today=now.date(), now=now)
    campaign_drafts.choose(session, begun, [id for id, _, _ in sites[:200]], seen="1", now=now)
    session.get_one(CampaignDraft, begun).id = DRAFT
    session.flush()


def _quarantine(session: Session, connection: Connection, count: int) -> None:
    devices = [device.id for device in session.query(Device).all()]
    at = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None).isoformat(sep=" ")
    columns = ("id", "op_id", "device_id", "device_seq", "raw", "digest", "code", "detail", "state", "received_at")
    raw = '{"kind":"finding","type":"create","set":{"item":"FU02"}}'
    bulk(connection, "quarantine", columns, (
        (_id(8, n), _id(10, n), devices[n % len(devices)], n + 1, raw, hash_of(str(n)), "foreign_scope", "Ngoài phạm vi", "quarantined", at)
        for n in range(count)))  # fmt: skip
    assert session.get(Series, "BB-ĐKT") is not None
