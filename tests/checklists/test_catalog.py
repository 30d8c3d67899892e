"""The catalog: what is served, what a fingerprint covers, which versions are refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from checklists import catalog
from checklists.catalog import CatalogError
from checklists.law import uncitable
from checklists.limits import load_rules
from checklists.lint import publish

SMALL = """
code: small-list
version: 1
title: {vi: "Nhỏ", en: "Small"}
sections:
  - key: only
    per: visit
    title: {vi: "Một", en: "One"}
    items:
      - {key: A1, vi: "Có biển báo", en: "Sign", type: answer, photo: none}
      - key: A2
        vi: "Bảng"
        en: "Table"
        type: table
        photo: on_nonconforming
        dossier: {type: "TBL", photo: "B"}
        columns:
          - {key: intact, type: answer, vi: "Nguyên vẹn", en: "Intact"}
          - {key: readings, type: number, unit: g, many: true, vi: "Số đọc", en: "Readings"}
"""


def write(root: Path, version: int = 1, text: str = SMALL) -> Path:
    path = root / "small-list" / f"v{version}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("version: 1", f"version: {version}"), encoding="utf-8")
    return path


def test_served_shape() -> None:
    checklist = catalog.load().latest("fuel-dispenser")
    served = json.loads(json.dumps(checklist.definition))
    assert set(served) == {"code", "version", "sha256", "title", "legal_basis", "sections"}
    section = next(s for s in served["sections"] if s["key"] == "measurement")
    assert set(section) == {"key", "per", "title", "instrument_types", "items"}
    item = next(i for i in section["items"] if i["key"] == "FU14")
    assert set(item) == {"key", "text", "type", "fields", "columns", "required", "photo", "when", "procedure",
                         "legal_basis", "note"}  # fmt: skip
    assert item["text"] == {"vi": "Bảng đo sai số từng vòi", "en": "Error table per nozzle"}
    assert item["procedure"] == {"name": "fuel-delivery", "parameters": {"verdict_on": {"value": "each"}},
                                 "rows": {"v_fd": "v_fd", "v_ref": "v_ref", "seconds": "seconds"}}  # fmt: skip
    column = next(c for c in item["columns"] if c["key"] == "v_fd")
    assert column == {"key": "v_fd", "title": {"vi": "Số chỉ cột đo V_FD", "en": "Dispenser indication V_FD"},
                      "type": "number", "unit": "L", "unit_from": None, "many": False, "choices": []}  # fmt: skip


def test_served_definition_gives_the_same_checklist_back() -> None:
    for checklist in catalog.load().all():
        assert catalog.from_served(json.loads(json.dumps(checklist.definition))) == checklist
        assert catalog.fingerprint(checklist.definition) == checklist.sha256


def test_answer_cells_carry_the_four_answers(tmp_path: Path) -> None:
    item = catalog.read(write(tmp_path)).item("A2")
    assert item is not None
    assert [key for key, _ in item.columns[0].choices] == [
        "conforming", "nonconforming", "not_checked", "not_applicable"]  # fmt: skip
    assert item.columns[1].many


def test_fingerprint_covers_what_is_served_and_nothing_else(tmp_path: Path) -> None:
    first = catalog.read(write(tmp_path)).sha256
    assert catalog.read(write(tmp_path, text="# một ghi chú\n" + SMALL)).sha256 == first
    assert catalog.read(write(tmp_path, text=SMALL.replace('photo: "B"', 'photo: "K"'))).sha256 == first
    assert catalog.read(write(tmp_path, text=SMALL.replace("Có biển báo", "Có biển"))).sha256 != first
    assert catalog.read(write(tmp_path, text=SMALL.replace("unit: g", "unit: kg"))).sha256 != first


def test_only_published_versions_are_served(tmp_path: Path) -> None:
    write(tmp_path)
    assert catalog.load(tmp_path).all() == []
    first = publish("small-list", 1, tmp_path)
    write(tmp_path, 2)
    catalog.load.cache_clear()
    assert catalog.load(tmp_path).get("small-list", 2) is None
    publish("small-list", 2, tmp_path)
    found = catalog.load(tmp_path)
    one = found.get("small-list", 1)
    assert one is not None
    assert one.sha256 == first
    assert found.latest("small-list").version == 2
    assert [c.version for c in found.all()] == [1, 2]


def test_a_fingerprint_is_written_once_and_in_order(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, 2)
    with pytest.raises(CatalogError, match="hãy công bố small-list/v1 trước"):
        publish("small-list", 2, tmp_path)
    with pytest.raises(CatalogError, match=r"không có tệp small-list/v3\.yaml"):
        publish("small-list", 3, tmp_path)
    publish("small-list", 1, tmp_path)
    written = (tmp_path / "published.toml").read_bytes()
    with pytest.raises(CatalogError, match="đã công bố từ trước"):
        publish("small-list", 1, tmp_path)
    write(tmp_path, text=SMALL.replace("Có biển báo", "Có biển"))
    for version in (1, 2):
        with pytest.raises(CatalogError, match="đã công bố không được thay đổi"):
            publish("small-list", version, tmp_path)
    assert (tmp_path / "published.toml").read_bytes() == written


def test_refuses_drift_loss_and_wrong_names(tmp_path: Path) -> None:
    path = write(tmp_path)
    publish("small-list", 1, tmp_path)
    write(tmp_path, text=SMALL.replace("Có biển báo", "Có biển"))
    with pytest.raises(CatalogError, match="không được thay đổi"):
        catalog.load(tmp_path)
    path.unlink()
    with pytest.raises(CatalogError, match="không có tệp"):
        catalog.load(tmp_path)
    path.write_text(SMALL.replace("version: 1", "version: 3"), encoding="utf-8")
    with pytest.raises(CatalogError, match="không khớp với tên tệp"):
        catalog.load(tmp_path)
    path.write_text("code: [", encoding="utf-8")
    with pytest.raises(CatalogError, match="không đúng dạng"):
        catalog.load(tmp_path)
    (tmp_path / "published.toml").write_text("x = 1", encoding="utf-8")
    with pytest.raises(CatalogError, match="không đọc được"):
        catalog.load(tmp_path)


def test_publish_refuses_what_lint_refuses(tmp_path: Path) -> None:
    write(tmp_path, text=SMALL.replace("type: answer, photo: none", "type: answer, photo: maybe"))
    with pytest.raises(CatalogError, match=r"small-list/v1.yaml:10: photo “maybe”"):
        publish("small-list", 1, tmp_path)
    assert not (tmp_path / "published.toml").exists()


def test_unknown_code() -> None:
    with pytest.raises(KeyError):
        catalog.load().latest("khong-co")
    assert catalog.load().get("general", 99) is None


def test_citations_follow_the_day_of_the_inspection() -> None:
    item = catalog.load().latest("diagnostic-xray").item("X24")
    assert item is not None
    law = load_rules().served()["law"]
    old, new = "Thông tư liên tịch 13/2014/TTLT-BKHCN-BYT Điều 10 khoản 3", "Thông tư 59/2025/TT-BKHCN"
    assert catalog.basis_without(item.legal_basis, uncitable(law, date(2021, 7, 12))) == (old,)
    assert catalog.basis_without(item.legal_basis, uncitable(law, date(2026, 7, 12))) == (new,)
    # What amends a document is not the document that is cited.
    entry = "Thông tư 15/2015/TT-BKHCN, sửa đổi bởi Nghị định 126/2021/NĐ-CP"
    assert catalog.basis_without([entry], uncitable(law, date(2021, 7, 12))) == (entry,)
