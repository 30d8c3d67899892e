"""The table of procedures in docs/checklists-format.md names every key that a checklist may bind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checklists.procedures import inputs, names

TABLE = (Path(__file__).parents[3] / "docs" / "checklists-format.md").read_text("utf-8").partition("## Procedures")[2]
ROWS = [line.split("|") for line in TABLE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("name", names())
def test_every_parameter_and_reading_is_in_the_table(name: str) -> None:
    (row,) = [row for row in ROWS if f"`{name}`" in row[1]]
    for keys, cell in zip(inputs(name), row[2:4], strict=True):
        told = set(re.findall(r"[a-z_0-9]+", cell))
        assert keys - told <= {"unit"}, name


def test_the_table_names_no_procedure_that_is_not_there() -> None:
    assert {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[1])} == set(names())
