"""What the simulated inspectors write: a filled-in answer for any item, and the readings that matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

VALUES = {
    "number": "1",
    "text": "Đã kiểm tra",
    "date": "2027-06-30",
    "time": "08:30",
    "datetime": "2026-11-24T08:30:00+07:00",
}
NOZZLE_OVER_LIMIT = [
    {"v_fd": "20.00", "v_ref": "19.91", "seconds": "32"},
    {"v_fd": "20.00", "v_ref": "19.90", "seconds": "33"},
]
"""Readings F5 and F6 of the metrology dossier: +0.4520 % and +0.5025 %."""
RING = {"name": "Nhẫn trơn 24K", "declared": "7.500", "measured": "7.497"}
"""δ = 3 mg for 7.5 g: exactly at the limit."""
ROOM = [
    {"point": "P1", "place": "control", "readings": ["0.62", "0.60", "0.64"]},
    {"point": "P9", "place": "public", "readings": ["0.62", "0.60", "0.64"]},
]
BACKGROUND = ["0.12", "0.11", "0.13"]
"""With CF 1.05 the net dose rate is 0.525 µSv/h: over 0.5 outside the room, under 10 at the desk."""
READINGS: dict[str, dict[str, Any]] = {
    "FU14": {"rows": NOZZLE_OVER_LIMIT, "answer": "nonconforming", "note": "Vòi số 1 vượt giới hạn sai số."},
    "FU15": {"rows": [{"volume": "12.34", "unit_price": "21590", "price": "266421"}]},
    "G10": {"rows": [{"load": "100", "indication": "100"}]},
    "G11": {"rows": [RING], "values": {"e": "1"}},
    "G19": {"rows": [{"name": "Nhẫn trơn 24K", "declared": "99.9", "readings": ["99.9", "99.8", "99.9"]}]},
    "X24": {"rows": ROOM, "values": {"background": BACKGROUND}, "answer": "nonconforming",
            "note": "Suất liều nơi bệnh nhân chờ 0,525 µSv/h sau khi trừ phông 🙂."},
    "X25": {"values": {"name": "Atomtex AT1123", "serial": "DEMO-AT1123-07", "factor": "1.05"}},
}  # fmt: skip


def answers_of(
    checklist: dict[str, Any], instruments: list[dict[str, Any]]
) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Yield (item, subject, fields of the finding) for every item that must be answered."""
    for section in checklist["sections"]:
        types = section.get("instrument_types") or []
        subjects: list[str | None] = [None]
        if section["per"] in {"instrument", "vehicle"}:
            subjects = [i["id"] for i in instruments if i["type"] in types]
        elif section["per"] == "sample":
            subjects = []
        for subject in subjects:
            for item in section["items"]:
                if item["required"] and not item.get("when"):
                    yield item["key"], subject, _answer(item)


def _answer(item: dict[str, Any]) -> dict[str, Any]:
    given = READINGS.get(item["key"], {})
    values = {f["key"]: _value(f) for f in item.get("fields") or []}
    rows = [{c["key"]: _value(c) for c in item["columns"]}] if item.get("columns") and not item.get("procedure") else []
    return {"answer": given.get("answer", "conforming"), "values": {**values, **given.get("values", {})},
            "rows": given.get("rows", rows), "note": given.get("note", ""), "photo_ids": []}  # fmt: skip


def _value(field: dict[str, Any]) -> Any:
    choices = [c["key"] for c in field.get("choices") or []]
    if field["type"] == "multi_choice":
        return choices[:1]
    if field["type"] == "choice":
        return choices[0] if choices else ""
    return "conforming" if field["type"] == "answer" else VALUES.get(field["type"], "1")
