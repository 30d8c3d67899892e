"""Pre-printed minutes to be filled in by hand: head, team, site and items are printed, what is found is left empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync import paper_words as words
from sync.paper_forms import Form
from sync.paper_results import Doc

MOMENT = "…… giờ …… phút, ngày …… tháng …… năm ……"
DAY = "ngày …… tháng …… năm ……"
ROWS = 6
"""Empty rows for seals; a second sheet takes a second number."""
SAMPLES = 3
"""Empty rows for samples, each with room for its portions."""
ATTEMPT_LINES = (
    "Lý do không tiến hành được",
    "Người chứng kiến (họ tên, chức vụ, nơi công tác)",
    "Nếu không có người chứng kiến, lý do",
)
_WITNESS = {
    "role": "witness",
    "heading": "NGƯỜI CHỨNG KIẾN",
    "name": "",
    "title": "",
    "witness": {"name": "", "title": ""},
}


def blank(form: Form, doc: Mapping[str, Any], definitions: Sequence[Doc]) -> dict[str, Any]:
    """Empty what was composed of everything that is found on the spot. It is never signed: it carries no QR code.

    Raises ValueError for a form that is not written by hand at the site.
    """
    if not form.by_hand:
        raise ValueError(f"{form.name} không có bản in sẵn.")
    place = words.text(doc["place_date"]).partition(", ")[0]
    return {
        **doc,
        "place_date": f"{place}, {DAY}",
        "started": MOMENT,
        "ended": MOMENT,
        "announced": MOMENT if form.shows_inspection else "",
        "visits": [],
        "witnesses": [],
        "checklists": [],
        "instruments": [],
        "nonconformities": [],
        "requirements": [],
        "measures": [],
        "photos": [],
        "findings": [],
        "conclusion": "",
        "statement": "",
        "signatures": [_unsigned(each) for each in _signers(form, doc)],
        "seals": [],
        **({"samples": []} if "samples" in form.parts else {}),
        "attempt": {"at": MOMENT, "cause": "", "reason": "", "no_witness_reason": ""} if "attempt" in form.parts else None,
        "blank": {
            "lines": list(ATTEMPT_LINES) if "attempt" in form.parts else [],
            "rows": ROWS if "seals" in form.parts else 0,
            "samples": SAMPLES if "samples" in form.parts else 0,
            "checklists": [_checklist(each) for each in definitions] if "results" in form.parts else [],
        },
    }  # fmt: skip


def _signers(form: Form, doc: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return who may sign: those named before the visit; where nobody of the site will, room for a witness."""
    named = [each for each in doc["signatures"] if each["role"] != "witness"]
    return [_WITNESS, *named] if "attempt" in form.parts else named


def _unsigned(signer: Mapping[str, Any]) -> dict[str, Any]:
    return {**signer, "outcome": "ink", "outcome_word": "", "reason": "", "unwitnessed": False, "strokes": None}


def _checklist(definition: Doc) -> dict[str, Any]:
    return {
        "title": definition["title"]["vi"],
        "sections": [
            {
                "title": section["title"]["vi"],
                "has_subject": section.get("per", "visit") != "visit",
                "items": [_item(item) for item in section["items"]],
            }
            for section in definition["sections"]
        ],
    }


def _item(item: Doc) -> dict[str, Any]:
    columns = [
        {"title": column["title"]["vi"], "unit": words.text(column.get("unit"))} for column in item.get("columns") or ()
    ]
    fields = [field["title"]["vi"] for field in item.get("fields") or () if field["title"]["vi"]]
    return {"key": item["key"], "text": item["text"]["vi"], "columns": columns, "fields": fields}
