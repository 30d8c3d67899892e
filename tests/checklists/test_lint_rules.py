"""Lint of limits and law: every refusal with its file and line, on good files with one thing broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklists.lint import lint

LIMITS = """\
# Cột đo
- id: fuel-2013
  procedure: fuel-delivery
  context: verification
  value: "0.3"
  unit: "%"
  source: ĐLVN 10:2013
  edition: "2013"
  valid_from: 2013-08-19
  valid_to: 2017-12-31
  status: unconfirmed
  reviewed_by: null
- id: fuel-2018
  procedure: fuel-delivery
  context: any
  value: "0.5"
  unit: "%"
  source: ĐLVN 10:2017
  edition: "2017"
  valid_from: 2018-01-01
  valid_to: null
  status: unconfirmed
  reviewed_by: null
"""
LAW = """\
- id: old
  number: 1/2013
  title: Luật cũ
  domains: [measurement]
  valid_from: 2013-01-01
  valid_to: 2017-12-31
  status: confirmed
  source: nguồn
  replaced_by: new
- id: new
  number: 2/2018
  title: Luật mới
  domains: [measurement]
  valid_from: 2018-01-01
  valid_to: null
  status: confirmed
  source: nguồn
"""
LIST = """\
code: small-list
version: 1
title: {vi: "Nhỏ", en: "Small"}
legal_basis: ["Luật 1/2013 Điều 3", "Luật 2/2018"]
sections:
  - key: visit
    per: visit
    title: {vi: "Một", en: "One"}
    items:
      - {key: A1, vi: "Có biển báo", en: "Sign", type: answer, photo: none, legal_basis: ["Luật 2/2018 Điều 4"]}
"""
FILES = {"limits/fuel.yaml": LIMITS, "law.yaml": LAW, "small-list/v1.yaml": LIST}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_good_files_are_clean(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    assert lint(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    [
        ("limits/fuel.yaml", '  edition: "2013"', '  editon: "2013"', 8, "khóa lạ “editon”"),
        ("limits/fuel.yaml", '  edition: "2013"\n', "", 2, "edition phải là chữ"),
        ("limits/fuel.yaml", 'value: "0.3"', "value: 0.3", 5, "value phải là chuỗi số thập phân"),
        ("limits/fuel.yaml", 'value: "0.3"', 'value: "0,3"', 5, "value phải là chuỗi số thập phân"),
        ("limits/fuel.yaml", 'value: "0.3"', 'value: "-0.3"', 5, "value phải là chuỗi số thập phân"),
        ("limits/fuel.yaml", "2013-08-19", "2013-02-30", 2, "ngày không có trong lịch"),
        ("limits/fuel.yaml", "2013-08-19", "2019-08-19", 10, "valid_to trước valid_from"),
        ("limits/fuel.yaml", "context: verification", "context: trade", 4, "context phải là một trong"),
        ("limits/fuel.yaml", "unconfirmed", "certain", 11, "status phải là một trong"),
        ("limits/fuel.yaml", "fuel-delivery", "fuel-delivered", 3, "không có phương pháp fuel-delivered"),
        ("limits/fuel.yaml", 'unit: "%"', "unit: L", 6, "unit của fuel-delivery phải là %"),
        ("limits/fuel.yaml", "  context: verification", "  parameters: {karat: '8'}\n  context: any", 4, "không có thông số"),
        ("limits/fuel.yaml", "id: fuel-2018", "id: fuel-2013", 13, "bị trùng: fuel-2013"),
        ("limits/fuel.yaml", "2017-12-31", "2018-01-01", 2, "cùng có hiệu lực"),
        ("limits/fuel.yaml", "valid_to: null", "valid_to: null\n  valid_to: null", 22, "viết hai lần"),
        ("limits/fuel.yaml", "# Cột đo", "x: [", 2, "không phải YAML"),
        ("law.yaml", "replaced_by: new", "replaced_by: newer", 1, "không có văn bản newer"),
        ("law.yaml", "domains: [measurement]", "domains: []", 4, "thiếu domains"),
        ("law.yaml", "  title: Luật cũ", "  name: Luật cũ", 3, "khóa lạ “name”"),
        ("small-list/v1.yaml", "Luật 1/2013 Điều 3", "Luật 3/2013 Điều 3", 4, "law.yaml không có văn bản được viện dẫn"),
        ("small-list/v1.yaml", "Luật 2/2018 Điều 4", "Điều 4 Luật 2/2013", 10, "law.yaml không có văn bản được viện dẫn"),
    ],
)  # fmt: skip
def test_refuses_with_file_and_line(tmp_path: Path, file: str, old: str, new: str, line: int, message: str) -> None:
    assert old in FILES[file]
    write(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    problems = lint(tmp_path)
    assert [(p.file, p.line) for p in problems if message in p.message] == [(file, line)], problems
