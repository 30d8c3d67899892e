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
CYCLES = """\
- id: meter-2013
  instrument_type: water_meter
  kind: null
  title: Đồng hồ nước
  months: 60
  edition: "2013"
  valid_from: null
  valid_to: 2017-12-31
  status: confirmed
  source: nguồn
- id: meter-2018
  instrument_type: water_meter
  kind: null
  title: Đồng hồ nước
  months: null
  edition: "2018"
  valid_from: 2018-01-01
  valid_to: null
  status: unconfirmed
  source: nguồn
"""
PENALTIES = """\
violations:
- id: no-sign
  title: Không có biển báo
  items: {small-list: [A1]}
articles:
- id: art-5
  violations: [no-sign]
  law: old
  article: Điều 5
  what: Biển báo
  amounts:
  - {least: 1000000, most: 2000000, whom: individual, when: null}
  doubled_for_organisations: true
  doubled_status: unconfirmed
  valid_from: null
  valid_to: 2017-12-31
  status: confirmed
  source: nguồn
- id: art-new
  violations: [no-sign]
  law: new
  article: null
  what: Biển báo
  amounts: []
  valid_from: 2018-01-01
  valid_to: null
  status: unconfirmed
  source: nguồn
"""
FORMS = """\
- id: form-1
  paper: sampling
  domains: [measurement]
  law: new
  code: Mẫu 1
  title: Biên bản lấy mẫu
  valid_from: null
  valid_to: null
  status: confirmed
  source: nguồn
"""
FILES = {
    "limits/fuel.yaml": LIMITS,
    "law.yaml": LAW,
    "cycles.yaml": CYCLES,
    "penalties.yaml": PENALTIES,
    "forms.yaml": FORMS,
    "small-list/v1.yaml": LIST,
}


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
        ("law.yaml", "  valid_from: 2013-01-01", "  issued_on: 2013-06-01\n  valid_from: 2013-01-01", 6, "valid_from trước issued_on"),
        ("cycles.yaml", "months: 60", "months: 60.5", 5, "months phải là số nguyên từ 1"),
        ("cycles.yaml", "months: 60", "months: true", 5, "months phải là số nguyên từ 1"),
        ("cycles.yaml", "months: 60", "months: null", 5, "đã xác nhận thì phải có months"),
        ("cycles.yaml", "water_meter", "Water meter", 2, "chữ thường không dấu"),
        ("cycles.yaml", "  edition", "  editon", 6, "khóa lạ “editon”"),
        ("cycles.yaml", "2017-12-31", "2018-01-01", 1, "cùng có hiệu lực"),
        ("cycles.yaml", "  source: nguồn\n- id", "- id", 1, "source phải là chữ"),
        ("penalties.yaml", "law: old", "law: oldest", 6, "không có văn bản oldest"),
        ("penalties.yaml", "violations: [no-sign]", "violations: [no-light]", 6, "không có hành vi no-light"),
        ("penalties.yaml", "status: confirmed", "status: unconfirmed", 12, "amounts chỉ ghi ở dòng đã xác nhận"),
        ("penalties.yaml", "article: Điều 5", "article: null", 12, "amounts chỉ ghi ở dòng đã xác nhận"),
        ("penalties.yaml", "least: 1000000", "least: 3000000", 12, "least không lớn hơn most"),
        ("penalties.yaml", "least: 1000000", 'least: "1000000"', 12, "least phải là số nguyên"),
        ("penalties.yaml", "whom: individual", "whom: anyone", 12, "whom phải là một trong"),
        ("penalties.yaml", "  doubled_status: unconfirmed\n", "", 13, "đi cùng nhau"),
        ("penalties.yaml", "2017-12-31", "2018-01-01", 6, "cùng có hiệu lực"),
        ("penalties.yaml", "id: art-new", "id: old", 19, "bị trùng: old"),
        ("penalties.yaml", "small-list: [A1]", "small-list: [A9]", 2, "small-list không có hạng mục A9"),
        ("penalties.yaml", "small-list: [A1]", "large-list: [A1]", 2, "không có danh mục large-list"),
        ("penalties.yaml", "small-list: [A1]", "small-list: A1", 4, "items phải là"),
        ("penalties.yaml", "articles:", "article:", 5, "khóa lạ “article”"),
        ("forms.yaml", "paper: sampling", "paper: letter", 2, "paper phải là một trong"),
        ("forms.yaml", "law: new", "law: newer", 1, "không có văn bản newer"),
        ("small-list/v1.yaml", "Luật 1/2013 Điều 3", "Luật 3/2013 Điều 3", 4, "law.yaml không có văn bản được viện dẫn"),
        ("small-list/v1.yaml", "Luật 2/2018 Điều 4", "Điều 4 Luật 2/2013", 10, "law.yaml không có văn bản được viện dẫn"),
    ],
)  # fmt: skip
def test_refuses_with_file_and_line(tmp_path: Path, file: str, old: str, new: str, line: int, message: str) -> None:
    assert old in FILES[file]
    write(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    problems = lint(tmp_path)
    assert [(p.file, p.line) for p in problems if message in p.message] == [(file, line)], problems
