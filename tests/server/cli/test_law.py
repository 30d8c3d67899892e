"""`flask law list` and what `flask limits` says beside limits: cycles, documents, articles and forms that wait."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from checklists.limits import SHIPPED_VERSION
from server.app import create_app
from server.settings import Settings


def typed(app: Flask, *words: str) -> Any:
    result = app.test_cli_runner().invoke(args=list(words))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout) if "--json" in words else result.stdout


def test_documents_of_a_day_and_a_domain(app: Flask) -> None:
    found = typed(app, "law", "list", "--on", "2021-07-15", "--domain", "diagnostic-xray", "--json")
    numbers = {row["number"] for row in found["law"]}
    assert {"18/2008/QH12", "13/2014/TTLT-BKHCN-BYT"} <= numbers
    assert not {"94/2025/QH15", "59/2025/TT-BKHCN"} & numbers
    assert found["version"] == SHIPPED_VERSION
    later = typed(app, "law", "list", "--on", "2026-07-15", "--domain", "diagnostic-xray")
    assert "94/2025/QH15  Luật Năng lượng nguyên tử  từ 2026-01-01" in later
    assert "18/2008/QH12" not in later
    assert len(typed(app, "law", "list", "--json")["law"]) > 100
    whole = typed(app, "law", "list")
    assert "từ ngày chưa đọc được đến 2025-12-31; thay thế bởi 94/2025/QH15" in whole
    assert "sửa đổi bởi 126/2021/NĐ-CP" in whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("law", "list", "--on", "hôm qua"), "YYYY-MM-DD"),
        (("law", "list", "--on", "2021-02-30"), "YYYY-MM-DD"),
        (("law", "list", "--domain", "mật ong"), "goods-quality-label"),
        (("limits", "list", "--on", "15/7/2021"), "YYYY-MM-DD"),
    ],
)
def test_wrong_usage_says_what_is_right(app: Flask, words: tuple[str, ...], said: str) -> None:
    result = app.test_cli_runner().invoke(args=list(words))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_what_waits_for_the_department_is_listed_by_kind(app: Flask) -> None:
    waits = typed(app, "limits", "list", "--unconfirmed", "--json")
    for kind in ("limits", "cycles", "law", "penalties", "forms"):
        assert waits[kind], kind
        assert {row["status"] for row in waits[kind]} == {"unconfirmed"}
    assert waits["again"] == []
    whole = typed(app, "limits", "list", "--json")
    assert "law" not in whole
    assert {row["id"] for row in waits["cycles"]} < {row["id"] for row in whole["cycles"]}
    spoken = typed(app, "limits", "list", "--unconfirmed")
    assert "cycle-taximeter-2026  Taximet: 18 tháng, từ 2026-04-15  CHƯA XÁC NHẬN" in spoken
    assert "nd-71-2026-all  Năng lượng nguyên tử: chưa có điều khoản (nd-71-2026)" in spoken
    day = typed(app, "limits", "list", "--on", "2021-08-05", "--json")
    assert [row["months"] for row in day["cycles"] if row["instrument_type"] == "taximeter"] == [12]


def test_a_cycle_and_a_document_are_confirmed(app: Flask) -> None:
    words = ("--by", "Lê Soát", "--document", "Thông tư 04/2026/TT-BKHCN", "--json")
    made = typed(app, "limits", "confirm", "cycle-taximeter-2026", "--value", "24", *words)
    assert (made["version"], made["cycle"]["months"]) == (f"{SHIPPED_VERSION}+1", 24)
    made = typed(app, "limits", "confirm", "luat-84-2025", *words)
    assert (made["version"], made["law"]["status"]) == (f"{SHIPPED_VERSION}+2", "confirmed")
    listed = typed(app, "limits", "list", "--unconfirmed", "--json")
    assert not {"cycle-taximeter-2026", "luat-84-2025"} & {
        row["id"] for kind in ("cycles", "law") for row in listed[kind]
    }
    again = app.test_cli_runner().invoke(args=["limits", "confirm", "luat-84-2025", *words])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "đã được xác nhận bởi Lê Soát" in again.stderr


def test_before_there_is_a_database_the_shipped_law_is_shown(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'trống.sqlite3'}", blob_url=f"file:{tmp_path}", secret_key="x" * 40,
        public_url="http://localhost", instance=tmp_path, log_level="INFO",
    )  # fmt: skip
    run = create_app(settings).test_cli_runner().invoke
    listed = run(args=["law", "list"])
    assert listed.exit_code == 0
    assert "chưa được tạo" in listed.stderr
    assert f"Bộ quy tắc {SHIPPED_VERSION}" in listed.stdout
