"""Made-up inspections by a whole checklist: readings put where its bindings look for them, some of them spoilt."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from checklists.conditions import parse_reference
from checklists.model import Checklist, Field, Item, Section
from sync.ids import answer_id, uuid7
from tests.checklists.procedures.test_against_fractions import MAKERS
from tests.checklists.twins.hostile import anything, reading

State = dict[str, Any]
ANSWERS = ["conforming", "conforming", "nonconforming", "not_checked", "not_applicable", None]
DAYS = ["2021-07-15", "2021-07-15", "2021-08-31", "2014-05-31", "2020-11-16", "2021-11-15", "2021-11-16", "2026-04-15"]
CAMPAIGNS = ["kiem_tra_nha_nuoc", "kiem_dinh_luu_dong", "kiem_dinh_hieu_chuan", None]
STANDARD_KINDS = [
    "mass",
    "volume",
    "length",
    "dose_rate",
    "contamination",
    "pressure",
    "temperature",
    "gold_xrf",
    "other",
    "x",
]


@dataclass
class Made:
    """One inspection with its documents, by id; `subjects` by section key."""

    id: str
    checklist: Checklist
    inspection: State
    campaign_kind: str | None
    findings: dict[str, State] = field(default_factory=dict)
    instruments: dict[str, State] = field(default_factory=dict)
    standards: dict[str, State] = field(default_factory=dict)


def made(rng: random.Random, checklist: Checklist, rules_version: str) -> Made:
    """Return an inspection by one checklist, filled in as far as somebody came."""
    new = Made(_id(rng), checklist, {}, rng.choice(CAMPAIGNS))
    for section in checklist.sections:
        subjects: list[str | None] = [None] if section.per == "visit" else [_id(rng) for _ in range(rng.randint(0, 2))]
        for subject in subjects:
            if subject is not None and section.instrument_types and rng.random() < 0.95:
                new.instruments[subject] = _instrument(rng, section)
            eager = rng.random()
            for item in section.items:
                if rng.random() < eager:
                    _answer(rng, new, item, subject)
    _standards(rng, new)
    pin: State = {"code": checklist.code, "version": checklist.version, "sha256": checklist.sha256}
    if rng.random() < 0.05:
        pin = rng.choice([{**pin, "version": 99}, {**pin, "sha256": "0" * 64}, {**pin, "sha256": None}])
    new.inspection = {
        "rules": {"version": rules_version}, "checklists": [pin], "planned_on": rng.choice([*DAYS, None]),
        "visits": rng.choice([None, [], _visits(rng), _visits(rng)]), "standards": rng.sample([*new.standards], len(new.standards)),
        "standard_overrides": rng.choice([None, {}, {id: rng.choice(["Đã gửi, chờ giấy", " ", ""]) for id in new.standards}]),
    }  # fmt: skip
    return new


def _id(rng: random.Random) -> str:
    return uuid7(rng.randint(1_600_000_000_000, 1_700_000_000_000), rng.getrandbits(60))


def _visits(rng: random.Random) -> list[State]:
    days = rng.choices(DAYS, k=rng.randint(1, 3))
    return [{"started_at": f"{day}T{rng.randint(10, 16)}:30:00+07:00", "ended_at": None} for day in days]


def _instrument(rng: random.Random, section: Section) -> State:
    attributes = {
        "label": "cột 1",
        "accuracy_class": rng.choice(["II", "III", "IIII"]),
        "e": rng.choice(["1", "0.2", "20", "x"]),
    }
    attributes |= {"unit": rng.choice(["kg", "g", "kg", ""]), "max": "60"}
    return {
        "type": rng.choice(section.instrument_types),
        "serial": "A-1",
        "attributes": attributes,
        "verified_until": "2021-12-31",
    }


def _standards(rng: random.Random, new: Made) -> None:
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        issued = rng.choice(["2019-11-16", "2020-11-16", "2021-07-15", "2021-07-16"])
        rows: list[State] = [
            {
                "number": "1",
                "issued_on": issued,
                "valid_until": rng.choice(["2021-11-15", "2021-07-15", "2022-01-01", None]),
            }
        ]
        if rng.random() < 0.4:
            rows.append(
                {
                    "number": "2",
                    "issued_on": rng.choice(["2021-02-01", issued]),
                    "valid_until": rng.choice(["2021-05-01", "2023-01-01"]),
                }
            )
        if rng.random() < 0.2:
            rows[0]["withdrawn"] = {"reason": "Ghi nhầm"}
        state: State = {
            "kind": rng.choice(STANDARD_KINDS),
            "name": rng.choice(["Bình chuẩn 20 L", "", None]),
            "serial": rng.choice(["B1", "", None]),
        }
        old = {"certificate_number": "7", "valid_from": rng.choice([None, issued]), "calibrated_until": "2021-11-15"}
        new.standards[_id(rng)] = {**state, **(old if rng.random() < 0.2 else {"certificates": rows})}


def _answer(rng: random.Random, new: Made, item: Item, subject: str | None) -> None:
    """Answer an item as its type asks, or with what its procedure can compute with."""
    finding = _finding(new, item.key, subject)
    finding["answer"] = rng.choice(ANSWERS) if item.type == "answer" else None
    finding["values"] |= {f.key: _entry(rng, f) for f in item.fields if rng.random() < 0.7}
    if item.columns and not finding["rows"]:
        finding["rows"] = [
            {c.key: _entry(rng, c) for c in item.columns if rng.random() < 0.8} for _ in range(rng.randint(0, 3))
        ]
    if item.procedure is not None and rng.random() < 0.85:
        _measure(rng, new, item, finding, subject)
    if rng.random() < 0.15:
        _spoil(rng, finding)
    if rng.random() < 0.05:
        finding["voided"] = {"reason": "Nhầm"}


def _finding(new: Made, key: str, subject: str | None) -> State:
    id = answer_id(new.id, new.checklist.code, key, subject, 0)
    fresh: State = {"inspection_id": new.id, "checklist": new.checklist.code, "item": key, "subject_id": subject, "ordinal": 0,
                    "answer": None, "values": {}, "rows": [], "note": "", "photo_ids": []}  # fmt: skip
    return new.findings.setdefault(id, fresh)


def _measure(rng: random.Random, new: Made, item: Item, finding: State, subject: str | None) -> None:
    """Put the readings of a made-up case where the bindings of the item look for them."""
    assert item.procedure is not None
    request = MAKERS[item.procedure.name](rng).request
    for name, binding in item.procedure.parameters.items():
        value = request.get("parameters", {}).get(name)
        reference = parse_reference(binding.get("from"))
        if value is None or reference is None:
            continue
        if reference.item is not None:
            other = (
                finding
                if reference.item == item.key
                else _finding(new, reference.item, rng.choice([subject, subject, None]))
            )
            other["values"][reference.field or "value"] = value
        elif subject in new.instruments and reference.path[0] == "attributes":
            new.instruments[subject]["attributes"][reference.path[1]] = value
    rows = [{columns.split(",")[0].strip(): row[key] for key, columns in item.procedure.rows.items() if key in row}
            for row in request["rows"]]  # fmt: skip
    if item.columns:
        finding["rows"] = rows
    else:
        finding["values"] |= rows[0]


def _entry(rng: random.Random, spec: Field) -> Any:
    value: Any = {
        "number": reading(rng).lstrip("-"), "date": rng.choice([*DAYS, "2021-07", "2022-03-31"]), "text": rng.choice(["A1", "", "0.12 0.11; 0.13"]),
        "answer": rng.choice(ANSWERS),
    }.get(spec.type)  # fmt: skip
    if spec.choices and spec.type != "answer":
        value = rng.choice(spec.choices)[0]
        value = [value] if spec.type == "multi_choice" else value
    if spec.many:
        value = rng.choice([[reading(rng).lstrip("-"), "0.12", ""], "0.12 0.11\n0.13", "0,12"])
    return value


def _spoil(rng: random.Random, finding: State) -> None:
    part = rng.choice(["answer", "values", "rows", "rows", "values", "photo_ids"])
    if part == "values" and finding["values"] and rng.random() < 0.8:
        finding["values"][rng.choice([*finding["values"]])] = anything(rng)
    elif part == "rows" and finding["rows"] and rng.random() < 0.8:
        row = rng.choice(finding["rows"])
        row[rng.choice([*row, "x"])] = anything(rng)
    elif part == "photo_ids":
        finding["photo_ids"] = [_id(rng)]
    else:
        finding[part] = {"answer": rng.choice(ANSWERS), "values": {}, "rows": []}[part]
