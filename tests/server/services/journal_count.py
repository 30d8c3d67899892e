"""A second count of what reports count, straight from the journal's entries: plain loops, nothing shared with the first.

Only words of the protocol are read: no projection, no document row, no helper of the reports.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry

Doc = dict[str, Any]
LISTS = {
    "fuel-dispenser": "fuel_retail", "gold-jewellery": "gold_jewellery", "diagnostic-xray": "xray_medical",
    "weighing-instrument": "nawi_electronic_scale", "mobile-verification": "mobile_verification",
    "medical-instrument": "medical_group2", "goods-quality-label": "goods_quality_label",
    "geographical-indication": "gi_luc_ngan_lychee",
}  # fmt: skip
HOUR = timezone(timedelta(hours=7))


def replayed(session: Session) -> dict[str, dict[str, Doc]]:
    """Replay the journal: kind -> id -> the state of the highest revision, without what was deleted."""
    last: dict[tuple[str, str], Doc] = {}
    for text in session.scalars(select(JournalEntry.entry).order_by(JournalEntry.scope, JournalEntry.seq)):
        entry = json.loads(text)
        key = entry["kind"], entry["id"]
        if entry["type"] != "gone" and (key not in last or last[key]["rev"] <= entry["rev"]):
            last[key] = entry
    found: dict[str, dict[str, Doc]] = {}
    for (kind, id), entry in last.items():
        if entry["state"] is not None:
            state = {**entry["state"], **{name: entry["set"][name] for name in entry["same"]}}
            found.setdefault(kind, {})[id] = {**state, "id": id, "parent": entry["parent"]}
    return found


def counted(session: Session, today: date, *, campaign: str = "", first: str = "", last: str = "") -> Counter[str]:
    """Count a campaign, or the inspections between two ISO days, as their address words say it."""
    docs = replayed(session)
    total: Counter[str] = Counter()
    for inspection in docs.get("inspection", {}).values():
        on = (inspection.get("visits") or [{}])[0].get("started_at") or inspection["planned_on"]
        inside = inspection["parent"] == campaign if campaign else first <= on[:10] <= last
        if inside:
            _count(docs, inspection, on[:10], today, total)
    return Counter({key: n for key, n in total.items() if n})


def _children(docs: dict[str, dict[str, Doc]], kind: str, parent: str) -> list[Doc]:
    return [d for d in docs.get(kind, {}).values() if d["parent"] == parent and not d.get("voided")]


def _count(docs: dict[str, dict[str, Doc]], inspection: Doc, on: str, today: date, total: Counter[str]) -> None:
    status, id = inspection["status"], inspection["id"]
    total["inspections"] += 1
    total["status:" + status] += 1
    total["rechecks"] += bool(inspection.get("follows"))
    total["late"] += status == "planned" and inspection["planned_on"] < today.isoformat()
    if status == "not_carried_out":
        total["cause:" + inspection["attempt"]["cause"]] += 1
    if status in ("issued", "returned", "approved"):
        total["carried_out"] += 1
        _count_results(docs, inspection, on, total)
    for requirement in _children(docs, "requirement", id):
        total["requirements"] += 1
        total["requirement:" + requirement["state"]] += 1
        late = requirement["state"] == "open" and requirement["due_on"] and requirement["due_on"] < today.isoformat()
        total["requirements_overdue"] += bool(late)
    for measure in _children(docs, "measure", id):
        if measure["type"] == "suspend":
            total["suspensions"] += 1
            total["suspensions_ended" if _is_ended(docs, measure) else "suspensions_standing"] += 1
    for case in _children(docs, "case", id):
        total["cases"] += 1
        if case["decision"]:
            total["cases_decided"] += 1
            total["fined"] += int(case["decision"]["amount"] or 0)
        total["paid"] += sum(int(p["amount"]) for p in case["payments"] if not p["struck"])
    _count_samples(docs, id, today, total)


def _count_results(docs: dict[str, dict[str, Doc]], inspection: Doc, on: str, total: Counter[str]) -> None:
    order = ["fail", "inconclusive", "pass"]
    by_turn: dict[tuple[Any, str, str], str] = {}
    for finding in _children(docs, "finding", inspection["id"]):
        verdict = _verdict(finding)
        if verdict == "fail":
            total[f"breach:{finding['checklist']}:{finding['item']}"] += 1
        if verdict:
            turn = finding["subject_id"], finding["checklist"], finding["item"]
            by_turn[turn] = min(by_turn.get(turn, verdict), verdict, key=order.index)
    site = docs["establishment"][inspection["establishment_id"]]
    instruments = {i["id"]: i for i in docs.get("instrument", {}).values() if i["parent"] == site["id"]}
    for (subject, checklist, item), verdict in by_turn.items():
        if subject in instruments:
            total[f"item:{checklist}:{item}:{verdict}"] += 1
    for subject in {s for s, _, _ in by_turn if s in instruments}:
        verdicts = [v for (s, _, _), v in by_turn.items() if s == subject]
        total[f"instrument:{instruments[subject]['type']}:{min(verdicts, key=order.index)}"] += 1
    whole = min(by_turn.values(), key=order.index, default="inconclusive")
    lists = [pin["code"] for pin in inspection["checklists"] if pin["code"] != "general"]
    area = [a for a in docs.get("area", {}).values()
            if a["code"] == site["area_code"] and a["valid_from"] <= on <= (a["valid_to"] or "9999")]  # fmt: skip
    commune = f"{area[0]['code']}.{area[0]['valid_from']}" if area else site["area_code"]
    total["verdict:" + whole] += 1
    total[f"domain:{LISTS[lists[0]]}:{whole}"] += 1
    total[f"commune:{commune}:{whole}"] += 1
    total[f"month:{on[:7]}:{whole}"] += 1


def _verdict(finding: Doc) -> str:
    computed = (finding.get("computed") or {}).get("verdict")
    if finding["answer"] == "nonconforming" or computed == "fail":
        return "fail"
    if finding["answer"] in ("not_checked", "not_applicable"):
        return ""
    if computed == "inconclusive":
        return "inconclusive"
    return "pass" if finding["answer"] == "conforming" or computed == "pass" else ""


def _is_ended(docs: dict[str, dict[str, Doc]], suspension: Doc) -> bool:
    """A later resumption of the same object ends the last suspension before it."""
    own = [
        m for m in docs["measure"].values() if not m.get("voided") and m["instrument_id"] == suspension["instrument_id"]
    ]
    if suspension["instrument_id"] is None:
        visit = docs["inspection"][suspension["parent"]]
        here = [i["id"] for i in docs["inspection"].values()
                if (i["parent"], i["establishment_id"]) == (visit["parent"], visit["establishment_id"])]  # fmt: skip
        own = [m for m in own if m["parent"] in here]
    for resumption in own:
        if resumption["type"] == "resume":
            if resumption.get("follows"):
                if resumption["follows"] == suspension["id"]:
                    return True
                continue
            before = [m for m in own if m["type"] == "suspend" and m["at"] <= resumption["at"]]
            if before and max(before, key=lambda m: str(m["at"]))["id"] == suspension["id"]:
                return True
    return False


def _count_samples(docs: dict[str, dict[str, Doc]], inspection: str, today: date, total: Counter[str]) -> None:
    for sample in _children(docs, "sample", inspection):
        total["samples"] += 1
        said = [r for r in docs.get("lab_result", {}).values() if r["sample_id"] == sample["id"]]
        replaced = {r.get("replaces") for r in said}
        valid = [r for r in said if r["id"] not in replaced]
        for result in valid:
            total["conclusion:" + result["conclusion"]] += 1
        sent = any(event["type"] in ("handed_over", "received") for event in sample["custody"])
        purposes = [p.get("purpose") for p in sample["portions"].values()]
        if valid:
            total["sample:done"] += 1
        elif purposes and any(purposes) and "test" not in purposes:
            total["sample:kept"] += 1
        elif sent:
            total["sample:awaited"] += 1
        else:
            total["sample:to_send"] += 1
            taken = datetime.fromisoformat(sample["taken_at"]).astimezone(HOUR).date()
            total["samples_late"] += taken >= date(2026, 1, 23) and _fifth_working_day(taken) < today


def _fifth_working_day(day: date) -> date:
    left = 5
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
