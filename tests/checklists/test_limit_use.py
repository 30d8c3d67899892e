"""Lint names, at the procedure's line, what no limit row of the data could ever answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklists import catalog
from checklists.limit_use import rows_for
from checklists.limits import load_rules
from checklists.lint import lint
from tests.checklists.test_content import find

CHECKLIST = """\
code: small-list
version: 1
title: {vi: "Nhỏ", en: "Small"}
sections:
  - key: visit
    per: visit
    title: {vi: "Một", en: "One"}
    items:
      - key: A1
        vi: "Suất liều"
        en: "Dose rate"
        type: table
        photo: none
        fields:
          - {key: background, type: number, unit: µSv/h, many: true, vi: "Phông", en: "Background"}
        columns:
          - key: place
            type: choice
            vi: "Nơi đo"
            en: "Place"
            choices:
              - {key: control, vi: "Phòng điều khiển", en: "Control"}
              - {key: public, vi: "Nơi công chúng", en: "Public"}
          - {key: readings, type: number, unit: µSv/h, many: true, vi: "Số đọc", en: "Readings"}
        procedure:
          name: dose-rate
          parameters: {background: {from: "item:A1.background"}}
          rows: {place: place, readings: readings}
      - key: A2
        vi: "Độ Brix"
        en: "Brix"
        type: table
        photo: none
        columns:
          - {key: readings, type: number, unit: °Bx, many: true, vi: "Số đọc", en: "Readings"}
        procedure:
          name: registered-minimum
          parameters: {characteristic: {value: brix}}
          rows: {readings: readings}
"""
LIMIT = """\
- id: {id}
  procedure: {procedure}
  context: any
  parameters: {{{parameters}}}
  value: null
  unit: {unit}
  source: Thử
  edition: thử
  valid_from: {start}
  valid_to: {end}
  status: unconfirmed
"""


def row(id: str, parameters: str, start: str = "2021-01-01", end: str = "null", brix: bool = False) -> str:
    procedure, unit = ("registered-minimum", "°Bx") if brix else ("dose-rate", "µSv/h")
    return LIMIT.format(id=id, procedure=procedure, parameters=parameters, unit=unit, start=start, end=end)


BRIX = row("brix", "characteristic: brix", brix=True)
CONTROL, PUBLIC = row("control", "place: control"), row("public", "place: public")
DOSE_LINE, BRIX_LINE = 26, 37


def told(root: Path, *rows: str) -> list[tuple[int, str]]:
    (root / "small-list").mkdir()
    (root / "small-list" / "v1.yaml").write_text(CHECKLIST, "utf-8")
    (root / "limits").mkdir()
    (root / "limits" / "all.yaml").write_text("".join(rows), "utf-8")
    problems = lint(root)
    assert {p.file for p in problems} <= {"small-list/v1.yaml"}, problems
    return [(p.line, p.message) for p in problems]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([CONTROL, PUBLIC, BRIX], []),
        ([row("all", ""), BRIX], []),
        ([CONTROL, PUBLIC], [(BRIX_LINE, "A2: không có dòng giới hạn nào cho registered-minimum với characteristic: brix")]),
        ([CONTROL, BRIX], [(DOSE_LINE, "dose-rate với place: public (lựa chọn “Nơi công chúng”)")]),
        ([BRIX], [(DOSE_LINE, "A1: không có dòng giới hạn nào cho dose-rate: kết quả sẽ luôn là chưa kết luận")]),
        ([CONTROL, row("public", "place: public", end="2025-12-31"), BRIX], [(DOSE_LINE, "dose-rate từ 01/01/2026")]),
        ([CONTROL, row("p1", "place: public", end="2025-12-31"), row("p2", "place: public", "2026-03-01"), BRIX],
         [(DOSE_LINE, "dose-rate từ 01/01/2026 đến 28/02/2026")]),
        ([CONTROL, row("p1", "place: public", end="2025-12-31"), row("p2", "place: public", "2026-01-01"), BRIX], []),
    ],
    ids=["whole", "one row for all", "no row", "a choice", "no row of a procedure", "an end", "a hole", "one after the other"],
)  # fmt: skip
def test_a_question_without_a_limit_row(tmp_path: Path, rows: list[str], expected: list[tuple[int, str]]) -> None:
    found = told(tmp_path, *rows)
    assert [line for line, _ in found] == [line for line, _ in expected], found
    for (_, message), (_, words) in zip(found, expected, strict=True):
        assert words in message


def test_a_use_meets_the_rows_of_its_family_and_of_its_constants() -> None:
    limits = load_rules().limits
    use = find("geographical-indication", "V11").procedure
    assert use is not None
    assert [row.id for row in rows_for(use, limits)] == ["gi-lychee-brix"]
    scale = find("weighing-instrument", "NA13").procedure
    assert scale is not None
    assert {row.procedure for row in rows_for(scale, limits)} == {"nawi"}


def test_every_shipped_procedure_has_its_rows() -> None:
    limits = load_rules().limits
    for checklist in catalog.load().all():
        for section in checklist.sections:
            for item in section.items:
                assert item.procedure is None or rows_for(item.procedure, limits), item.key
