"""Lint: every refusal with its file and line, on a good file with one thing broken."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from checklists import catalog
from checklists.lint import LintProblem, lint, publish

GOOD = """\
code: small-list
version: 1
title: {vi: "Nhỏ", en: "Small"}
legal_basis: ["Thông tư 28/2013/TT-BKHCN"]
sections:
  - key: visit
    per: visit
    title: {vi: "Một", en: "One"}
    items:
      - key: A1
        vi: "Loại cân"
        en: "Kind"
        type: choice
        photo: none
        fields:
          - key: kind
            type: choice
            vi: "Loại"
            en: "Kind"
            choices:
              - {key: pit, vi: "Chìm", en: "Pit"}
              - {key: surface, vi: "Nổi", en: "Surface"}
  - key: scale
    per: instrument
    instrument_types: [weighing_instrument]
    title: {vi: "Hai", en: "Two"}
    items:
      - key: A2
        vi: "Sai số tại 0"
        en: "Zero error"
        type: number
        photo: none
        required: true
        fields:
          - {key: value, type: number, unit: e, vi: "E0", en: "E0"}
      - key: A3
        vi: "Bảng tải"
        en: "Loads"
        type: table
        photo: on_nonconforming
        when: {any: [{compare: {from: "item:A1.kind", op: eq, value: pit}}, {compare: {from: "item:A2", op: answered}}]}
        columns:
          - {key: load, type: number, unit_from: subject.attributes.unit, vi: "Tải", en: "Load"}
          - {key: indication, type: number, unit: kg, vi: "Số chỉ", en: "Indication"}
        procedure:
          name: nawi-load
          parameters: {e: {from: subject.attributes.e}, zero_error: {from: "item:A2"}, unit: {value: kg}}
          rows: {load: load, indication: indication}
"""
FILE = "small-list/v1.yaml"


def write(root: Path, text: str, name: str = FILE) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(root: Path, old: str, new: str) -> list[LintProblem]:
    assert GOOD.count(old) >= 1
    write(root, GOOD.replace(old, new, 1))
    return lint(root)


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(GOOD.splitlines(), 1) if text in line)


def test_good_file_and_shipped_files_are_clean(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert lint(tmp_path) == []
    assert lint() == []


def test_choices_may_be_the_words_of_a_procedure_and_units_those_of_another_item(tmp_path: Path) -> None:
    for word in ('"0.5S"', "ecg-voltage", "m²", "cái"):
        write(tmp_path, GOOD.replace("key: surface", f"key: {word}"))
        assert lint(tmp_path) == []
    write(tmp_path, GOOD.replace("unit_from: subject.attributes.unit", 'unit_from: "item:A1.kind"'))
    assert lint(tmp_path) == []


NFD = unicodedata.normalize("NFD", "Loại cân")
CASES = [
    # shape and words
    ("        required: true", "        requird: true", "        required: true", "khóa lạ “requird”"),
    ("    per: visit", "    per: day", "    per: visit", "per “day” không có"),
    ("        en: \"Kind\"\n        type: choice", "        type: choice", "      - key: A1", "thiếu “en”"),
    ('vi: "Tải", en: "Load"', 'en: "Load"', "{key: load", "thiếu “vi”"),
    ('vi: "Loại cân"', 'vi: ""', 'vi: "Loại cân"', "không được trống"),
    ('vi: "Loại cân"', "vi: no", 'vi: "Loại cân"', "phải là chữ"),
    ("type: choice\n        photo", "type: chose\n        photo", "        type: choice", "type “chose” không có"),
    ("photo: on_nonconforming", "photo: always", "photo: on_nonconforming", "photo “always” không có"),
    ("unit: kg,", "unit: kilogram,", "unit: kg,", "unit “kilogram” không có"),
    ("required: true", "required: 1", "required: true", "true hoặc false"),
    ("version: 1", "version: 2", "version: 1", "phải bằng số trong tên tệp"),
    ("code: small-list", "code: other", "code: small-list", "phải bằng tên thư mục"),
    ("[weighing_instrument]", "[scales]", "[weighing_instrument]", "instrument_types “scales” không có"),
    ("    instrument_types: [weighing_instrument]\n", "", "  - key: scale", "instrument_types đi với"),
    ("key: surface", "key: pit", "key: surface", "“pit” bị trùng"),
    ("- key: A2", "- key: A1", "- key: A2", "“A1” bị trùng"),
    ("- key: scale", "- key: visit", "- key: scale", "“visit” bị trùng"),
    ("- key: A2", "- key: a2", "- key: A2", "sai dạng"),
    ("{key: indication, type", "{key: load, type", "{key: indication", "“load” bị trùng"),
    ("{key: value, type", "{key: answer, type", "{key: value", "dành cho câu trả lời"),
    ('        en: "Zero error"', '        en: "Zero error"\n        en: "Again"', "        type: number", "viết hai lần"),
    ('legal_basis: ["Thông tư', 'legal_basis: [3, "Thông tư', "legal_basis", "phải là chữ"),
    ("    items:\n      - key: A1", "    items: {}\n    x:\n      - key: A1", "    items:", "phải là một danh sách"),
    ('vi: "Loại cân"', f'vi: "{NFD}"', 'vi: "Loại cân"', "không ở dạng Unicode NFC"),
    ('vi: "Loại cân"', 'vi: "Loa\\u0323i cân"', 'vi: "Loại cân"', "không ở dạng Unicode NFC"),
    ('vi: "Loại cân"', 'vi: "Loại\\u200b cân"', 'vi: "Loại cân"', "ký tự ẩn"),
    # conditions
    ("item:A1.kind", "item:A9.kind", "when:", "trỏ tới hạng mục không có"),
    ("item:A1.kind", "item:A1.sort", "when:", "trỏ tới trường không có: “sort”"),
    ("item:A1.kind", "A1", "when:", "phải là subject"),
    ("item:A1.kind", "item:A3.kind", "when:", "không được phụ thuộc vào chính nó"),
    ("value: pit", "value: pitt", "when:", "“pitt” không có"),
    ("op: eq", "op: is", "when:", "op “is” không có"),
    ("op: answered", "op: lt", "when:", "value đi với mọi op"),
    ("{any: [", "{some: [", "when:", "khóa lạ “some”"),
    ('        photo: none\n        fields:\n          - key: kind',
     '        photo: none\n        when: {compare: {from: "item:A2", op: answered}}\n        fields:\n          - key: kind',
     "        fields:", "được trả lời nhiều lần"),
    ('        photo: none\n        fields:\n          - key: kind',
     '        photo: none\n        when: {compare: {from: subject.type, op: eq, value: weighbridge}}\n        fields:\n          - key: kind',
     "        fields:", "không có đối tượng"),
    # procedures
    ("name: nawi-load", "name: nawi-weigh", "name: nawi-load", "procedure.name “nawi-weigh” không có"),
    ("{e: {from", "{d: {from", "parameters:", "không có thông số “d”"),
    ('zero_error: {from: "item:A2"}', 'zero_error: {from: "item:A2.x"}', "parameters:", "trường không có"),
    ("unit: {value: kg}", "unit: {value: kg, from: subject.attributes.unit}", "parameters:", "đúng một trong"),
    ("rows: {load: load,", "rows: {load: mass,", "rows:", "cột không có: “mass”"),
    ("rows: {load: load,", "rows: {weight: load,", "rows:", "không có số đo “weight”"),
    ("unit_from: subject.attributes.unit", "unit_from: kg", "{key: load", "phải là subject"),
    ("unit_from: subject.attributes.unit", 'unit_from: "item:A9.unit"', "{key: load", "trỏ tới hạng mục không có"),
    ("unit_from: subject.attributes.unit", 'unit_from: "item:A1"', "{key: load", "trỏ tới trường không có: “value”"),
    ("key: surface", "key: .5S", "key: surface", "sai dạng"),
    ("unit: kg, vi", "unit: kg, unit_from: subject.attributes.unit, vi", "{key: indication", "chỉ một trong"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "place", "message"), CASES, ids=[case[3] + str(n) for n, case in enumerate(CASES)]
)
def test_refuses_with_file_and_line(tmp_path: Path, old: str, new: str, place: str, message: str) -> None:
    problems = problems_of(tmp_path, old, new)
    assert [(p.file, p.line) for p in problems if message in p.message] == [(FILE, line_of(place))], problems


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "trống"),
        (b"code: [", "không phải YAML"),
        (b"a: \xff", "không phải UTF-8"),
        (b"- 1", "phải là một nhóm"),
        (b"a: *nowhere", "không phải YAML"),
        (b"sections: &a [*a]", "phải là một nhóm"),
        (b"code: !!python/object:os.system x", "phải là chữ"),
    ],
)
def test_files_that_are_no_checklist(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "small-list").mkdir()
    (tmp_path / FILE).write_bytes(content)
    problems = lint(tmp_path)
    assert any(message in p.message and p.file == FILE and p.line >= 1 for p in problems), problems


def test_file_names(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "small-list/v2.yml")
    write(tmp_path, GOOD, "small-list/v02.yaml")
    assert [p.file for p in lint(tmp_path)] == ["small-list/v02.yaml", "small-list/v2.yml"]


def test_changed_and_lost_published_versions(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    publish("small-list", 1, tmp_path)
    assert lint(tmp_path) == []
    write(tmp_path, "# đầu tệp\n" + GOOD.replace('"Loại cân"', '"Kiểu cân"'))
    (problem,) = lint(tmp_path)
    assert (problem.file, problem.line) == (FILE, 3)
    assert "đã công bố không được thay đổi; hãy tạo v2.yaml" in str(problem)
    path.unlink()
    (problem,) = lint(tmp_path)
    assert (problem.file, problem.line) == ("published.toml", 4)
    assert "không có tệp của small-list/v1" in problem.message


def test_published_file_that_is_no_toml(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "[small-list", catalog.PUBLISHED)
    (problem,) = lint(tmp_path)
    assert problem.file == catalog.PUBLISHED


def test_conditions_that_wait_for_each_other(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path, "        required: true", '        when: {compare: {from: "item:A3", op: answered}}'
    )
    assert [(p.line, "vòng quanh" in p.message) for p in problems] == [
        (line_of("        required: true"), True),
        (line_of("        when:"), True),
    ]
