"""Ids by the file that the tablet's own tests read as well: both sides name one answer alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from sync.ids import answer_id, is_uuid, mark_id, uuid7

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "ids.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("answer", VECTORS["answers"], ids=lambda a: a["id"])
def test_an_answer_has_one_id(answer: dict[str, Any]) -> None:
    found = answer_id(answer["inspection"], answer["checklist"], answer["item"], answer["subject"], answer["ordinal"])
    name = f"{answer['checklist']}/{answer['item']}|{answer['subject'] or '-'}|{answer['ordinal']}"
    assert found == answer["id"] == str(uuid5(UUID(answer["inspection"]), name))


@pytest.mark.parametrize("mark", VECTORS["marks"], ids=lambda mark: f"{mark['kind']} {mark['serial']}")
def test_a_serial_of_an_organisation_has_one_id(mark: dict[str, Any]) -> None:
    assert mark_id(mark["organisation"], mark["kind"], mark["serial"]) == mark["id"]


@pytest.mark.parametrize("made", VECTORS["uuid7"], ids=lambda made: made["id"])
def test_a_uuid7_tells_its_moment(made: dict[str, Any]) -> None:
    found = uuid7(made["unix_ms"], int(made["random_bits"]))
    assert found == made["id"]
    assert is_uuid(found)
    assert UUID(found).int >> 80 == made["unix_ms"]
