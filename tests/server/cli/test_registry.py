"""`flask programme|establishments|users|demo` as a user types them: output, errors on standard error, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from server.db import documents
from server.demo.load import PROGRAMME
from server.services import users

Type = Callable[..., Result]
HEADER = "Tên cơ sở;Địa chỉ;Mã xã\n"


@pytest.fixture
def flask(app: Flask) -> Type:
    """Type a command."""

    def type_in(*words: str | Path, input: str | None = None) -> Result:
        with app.app_context():
            return app.test_cli_runner().invoke(args=[str(w) for w in words], input=input)

    return type_in


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    file = tmp_path / "co-so.csv"
    file.write_text(HEADER + "Quán cân;Thôn 1;07399\n", "utf-8")
    return file


def count(session: Session) -> int:
    session.rollback()  # see what the commands committed
    return len(documents.of_kind(session, "establishment"))


def spoken(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_programme_import_prints_a_summary_and_does_nothing_twice(flask: Type) -> None:
    first = spoken(flask("programme", "import", PROGRAMME, "--json"))
    assert (first["activities"], first["sentences"], len(first["added"])) == (34, 60, 34)
    again = flask("programme", "import", PROGRAMME)
    assert again.exit_code == 0
    assert "34 hoạt động: 27 thuộc phạm vi sản phẩm, 7 chỉ theo dõi lịch." in again.stdout
    assert "Thêm 0, đổi 0, bỏ 0." in again.stdout
    assert "27 hoạt động có danh mục kiểm tra" in again.stdout
    listed = {row["code"]: row for row in spoken(flask("programme", "list", "--json"))}
    assert len(listed) == 34
    assert (listed["A17"]["checklists"], listed["A17"]["reason"]) == (["goods-survey"], None)
    assert listed["A29"]["checklists"] == []
    assert f"Không có danh mục: {listed['A29']['reason']}" in flask("programme", "list").stdout


def test_a_refused_programme_names_lines_and_exits_1(flask: Type, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(PROGRAMME.read_text("utf-8").replace("kind: ra_soat", "kind: x"), "utf-8")
    result = flask("programme", "import", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "hoạt động A11: không có loại 'x'" in result.stderr
    assert "Chưa nhập gì." in result.stderr
    assert spoken(flask("programme", "list", "--json")) == []


def test_a_file_that_is_not_there_is_wrong_usage(flask: Type) -> None:
    assert flask("programme", "import", "/nowhere.yaml").exit_code == 2
    assert flask("establishments", "import", "/nowhere.csv").exit_code == 2


def test_establishments_import_reports_rows_and_writes_all_or_nothing(
    flask: Type, sites: Path, session: Session, tmp_path: Path
) -> None:
    flask("demo", "load")
    before = count(session)
    assert "Sẽ nhập 1 cơ sở" in flask("establishments", "import", sites, "--dry-run").stdout
    assert count(session) == before
    assert spoken(flask("establishments", "import", sites, "--json"))["imported"] == 1
    assert "1 dòng đã có" in flask("establishments", "import", sites).stdout
    sites.write_text(HEADER + "Quán mới;Thôn 1;07399\nQuán lỗi;;1\n", "utf-8")
    wrong = flask("establishments", "import", sites)
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "dòng 3, cột Địa chỉ: không được để trống" in wrong.stderr
    assert "2 lỗi: chưa nhập gì" in wrong.stderr
    assert count(session) == before + 1


def test_a_report_with_errors_is_still_one_json_document(flask: Type, sites: Path) -> None:
    result = flask("establishments", "import", sites, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["errors"][0]["column"] == "Mã xã"


def test_an_unreadable_file_gets_one_sentence(flask: Type, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04")
    result = flask("establishments", "import", tmp_path / "x.xlsx")
    assert result.exit_code == 1
    assert "Tệp hỏng" in result.stderr
    assert "Chưa nhập gì." in result.stderr


def test_the_template_never_overwrites_a_file(flask: Type, tmp_path: Path) -> None:
    assert flask("establishments", "template", tmp_path / "mau.xlsx").exit_code == 0
    assert (tmp_path / "mau.xlsx").read_bytes().startswith(b"PK")
    again = flask("establishments", "template", tmp_path / "mau.xlsx")
    assert (again.exit_code, "đã có" in again.stderr) == (1, True)


def test_users_add_reads_the_password_from_standard_input(flask: Type, session: Session) -> None:
    words = ("users", "add", "vanthu", "--name", "Đỗ Thị Lan", "--role", "clerk", "--password-stdin", "--json")
    made = spoken(flask(*words, input="một mật khẩu dài\n"))
    assert (made["username"], made["role"]) == ("vanthu", "clerk")
    assert [u.id for u in users.every(session)] == [made["id"]]
    again = flask(*words, input="một mật khẩu dài\n")
    assert (again.exit_code, "đã có người dùng" in again.stderr) == (1, True)
    assert [r["username"] for r in spoken(flask("users", "list", "--json"))] == ["vanthu"]


def test_users_add_asks_twice_and_refuses_an_unknown_role(flask: Type) -> None:
    words = ("users", "add", "lanhdao", "--name", "Lê Văn A", "--role")
    assert flask(*words, "supervisor", input="một mật khẩu dài\nmột mật khẩu dài\n").exit_code == 0
    assert flask(*words, "king", input="x\n").exit_code == 2
    assert (
        flask("users", "add", "ngan", "--name", "x", "--role", "clerk", "--password-stdin", input="ngắn\n").exit_code
        == 1
    )


def test_demo_load_prints_accounts_and_campaigns_once(flask: Type) -> None:
    made = spoken(flask("demo", "load", "--json", "--establishments", "10", "--inspectors", "2"))
    assert {"username", "password", "role"} == set(made["accounts"][0])
    assert {"id", "code"} == set(made["campaigns"][0])
    again = flask("demo", "load")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "cơ sở dữ liệu trống" in again.stderr
    assert flask("demo", "load", "--if-empty").exit_code == 0


def test_areas_are_listed_for_a_day(flask: Type) -> None:
    flask("demo", "load")
    assert len(spoken(flask("programme", "areas", "--on", "2021-08-01", "--json"))) == 209
    assert len(spoken(flask("programme", "areas", "--on", "2026-11-24", "--json"))) == 99
