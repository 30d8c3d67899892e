"""What a programme's file says, in words: where a sentence stands in it, and its numbers of targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklists import catalog

_PHASES = {
    "plan": "xây dựng kế hoạch",
    "plan_and_execute": "xây dựng kế hoạch, thực hiện",
    "execute": "thực hiện",
    "found_team": "thành lập đoàn",
    "continue": "tiếp tục thực hiện",
    "continue_and_report": "tiếp tục thực hiện, báo cáo",
    "execute_and_report": "thực hiện, báo cáo",
    "standing": "thường xuyên",
}
_TARGETS = {
    "establishments": "số cơ sở",
    "districts": "số huyện, thành phố",
    "instruments": "số phương tiện đo",
    "rounds": "số lượt",
    "named": "nêu tên",
}


def source(occurrence: Mapping[str, Any]) -> str:
    """Say where a sentence stands: section, month, page where the file gives one, and what it asks for."""
    parts = []
    if occurrence.get("section"):
        parts.append(f"mục {occurrence['section']}")
    if occurrence.get("month") is not None:
        parts.append(f"chương trình tháng {occurrence['month']}")
    parts.append(f"trang {occurrence['page']}" if occurrence.get("page") else "tệp nhập không ghi trang")
    said = _PHASES.get(str(occurrence.get("phase")))
    whole = ", ".join(parts) + (f" – {said}" if said else "")
    return whole[0].upper() + whole[1:]


def targets(given: Mapping[str, Any]) -> str:
    """Say the numbers that stand in the programme; what it does not give is left out."""
    said = []
    if given.get("trademarks_min") is not None:
        said.append(f"{given['trademarks_min']} đến {given.get('trademarks_max')} nhãn hiệu")
    for name, value in given.items():
        if value is not None and name in _TARGETS:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            said.append(f"{_TARGETS[name]} {text}")
    return "; ".join(said)


def checklist(code: str) -> str:
    """Name a checklist as people do."""
    return catalog.load().latest(code).title.vi
