"""What inspections of tests/office_fill leave to follow up: samples with results, seals on instruments, cases, prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.office_market import Document

Found = tuple[str, str, dict[str, Any], int]
"""An inspection's id, its campaign, its state and its place among all."""
CONCLUSIONS = ("conforming", "nonconforming")


def documents(found: Sequence[Found], numbers: Sequence[str]) -> Iterator[Document]:
    """Yield a sample of each tenth inspection, a seal of each eighth, a case of each twentieth that was issued.

    `numbers` are the ids of minutes, by the place of their inspection; "" where it has none.
    """
    for id, campaign, state, n in found:
        scope, on = f"campaign:{campaign}", state["planned_on"]
        if n % 10 == 0 and state["visits"]:
            yield "sample", _id(51, n), scope, id, _sample(id, on, n)
            if n % 20 == 10:
                yield "lab_result", _id(52, n), scope, id, {
                    "inspection_id": id, "sample_id": _id(51, n), "portion": "1", "laboratory": "Trung tâm Kỹ thuật 1", "designation": "12/QĐ-TĐC",
                    "report_number": f"{n}/KQ", "report_on": on, "tests": [], "conclusion": CONCLUSIONS[n % 3 == 0], "statement": "",
                    "photo_ids": [], "replaces": None, "reason": "", "entered_by": "", "entered_at": f"{on}T16:00:00+07:00",
                }  # fmt: skip
        if n % 8 == 0 and state["visits"]:
            yield "measure", _id(53, n), scope, id, {
                "inspection_id": id, "type": "seal", "instrument_id": None, "serials": [f"CN-{n:06}"], "note": "", "text": "Niêm phong",
            }  # fmt: skip
        if n % 20 == 1 and numbers[n]:
            yield "case", _id(54, n), "office:cases", id, _case(id, state, on, numbers[n], n)


def prints(papers: Sequence[str], by: str) -> Iterator[Document]:
    """Yield one print of each third paper."""
    for n, id in enumerate(papers[::3]):
        at = f"2026-01-{n % 28 + 1:02}T0{n % 9}:00:00Z"
        yield "print", _id(55, n), "office:prints", id, {
            "minutes_id": id, "batch_id": _id(56, n // 20), "place": n % 20 + 1, "outcome": "printed", "copies": 2, "reason": "",
            "started_by": by, "ended_by": by, "started_at": at, "ended_at": at,
        }  # fmt: skip


def _sample(inspection: str, on: str, n: int) -> dict[str, Any]:
    sent = [{"type": "handed_over", "at": f"{on}T15:00:00+07:00", "to": "Trung tâm Kỹ thuật 1"}] if n % 30 else []
    return {"inspection_id": inspection, "code": f"M{n:06}", "product": "Xăng RON 95-III", "grade": "Mức 3", "brand": "", "batch": f"L{n}",
            "quantity": "2", "unit": "L", "taken_at": f"{on}T09:00:00+07:00", "taken_by": "Nguyễn Văn A", "custody": sent, "warnings": [],
            "portions": {"1": {"purpose": "test", "quantity": "1", "unit": "L", "seals": [f"NP-{n:06}"], "holder": "Đoàn"},
                         "2": {"purpose": "retained_site", "quantity": "1", "unit": "L", "seals": [f"NP-{n:06}/2"], "holder": "Cơ sở"}},
            }  # fmt: skip


def _case(inspection: str, state: dict[str, Any], on: str, minutes: str, n: int) -> dict[str, Any]:
    at = f"{on}T16:00:00+07:00"
    report = {"number": f"{n}/BB-VPHC", "on": on} if n % 40 == 21 else None
    closing = {"kind": "closed", "on": on, "reason": "Đã nộp phạt"} if n % 60 == 41 else None
    return {
        "inspection_id": inspection, "establishment_id": state["establishment_id"],
        "establishment": {"name": f"Cửa hàng số {n}", "address": "Xã Song Mai"}, "minutes": [{"id": minutes, "text": f"{n}/BB-ĐKT", "issued_at": at}],
        "opened": {"at": at, "by": "", "reason": "Vượt sai số"}, "status": "open", "facts": [{"text": "Vòi bơm vượt sai số"}], "instruments": [],
        "detected": {"at": at}, "complexity": None, "results": None, "drafter": None, "report": report, "handover": None, "decision": None,
        "payments": [], "papers": [], "samples": [], "closing": closing, "act": {"name": "open", "reason": "", "by": "", "at": at},
    }  # fmt: skip


def _id(kind: int, n: int) -> str:
    return f"{n:08x}-{kind:04x}-4000-8000-{n % 65_521:012x}"
