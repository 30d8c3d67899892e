"""Minutes of a visit that was not carried out: when the team came, why it could not work, who saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync import paper_people as people
from sync import paper_words as words
from sync.paper_results import Doc

CAUSES = {
    "closed": "cơ sở đóng cửa, không có người tiếp đoàn",
    "ceased": "cơ sở đã ngừng hoạt động",
    "refused": "cơ sở không cho đoàn vào làm việc",
    "moved": "cơ sở không còn ở địa chỉ này",
    "other": "lý do khác",
}


def of(inspection: Doc) -> Doc:
    """Return what was recorded of the attempt: {cause, at, witness {name, capacity}, no_witness_reason, photo_ids}."""
    found = inspection.get("attempt")
    return found if isinstance(found, Mapping) else {}


def block(inspection: Doc) -> dict[str, str]:
    """Compose what the paper says of the attempt; what nobody recorded is ''."""
    attempt = of(inspection)
    cause = words.text(attempt.get("cause"))
    return {
        "at": words.moment(attempt.get("at")),
        "cause": CAUSES.get(cause, cause),
        "reason": words.text(inspection.get("reason")).rstrip(" .;"),
        "no_witness_reason": "" if witnessed(attempt) else words.text(attempt.get("no_witness_reason")).rstrip(" .;"),
    }


def witnessed(attempt: Doc) -> bool:
    """Say whether somebody from outside the team saw it."""
    return bool(words.text((attempt.get("witness") or {}).get("name")))


def signatures(inspection: Doc, given: Sequence[Doc]) -> list[Doc]:
    """Return who signs besides the team: the witness of the attempt, unless that person's signature is there already."""
    witness = of(inspection).get("witness") or {}
    named = words.text(witness.get("name"))
    if not named or any(each.get("role") == "witness" and each.get("name") == named for each in given):
        return list(given)
    return [*given, {"role": "witness", **people.person(witness)}]


def photographed(inspection: Doc, evidence: Sequence[Doc]) -> list[dict[str, Any]]:
    """Return what the photos show, in the shape of findings; all of the inspection where none is named."""
    ids = list(of(inspection).get("photo_ids") or ()) or [photo["id"] for photo in evidence]
    return [{"item": "hiện trạng khi đoàn đến", "subject_id": None, "photo_ids": ids}]
