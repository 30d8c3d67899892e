"""`flask cases` and `flask working-days` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from server.extensions import db
from tests.builders import Office
from tests.server.casework import Casework, casework_of

ABOVE = pytest.mark.sqlite_only("what commands print lies above the database")


@pytest.fixture
def work(office: Office, client: FlaskClient) -> Casework:
    """An open case, found on Friday 20 November 2026."""
    work = casework_of(office, client)
    work.opens()
    return work


def types(office: Office, *words: str) -> Result:
    """Type a command."""
    with office.app.app_context():
        return office.app.test_cli_runner().invoke(args=list(words))


def spoken(result: Result) -> Any:
    """What it printed as JSON."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@ABOVE
def test_list_and_show_say_where_the_clock_stands_on_a_day(work: Casework, office: Office) -> None:
    on_time = spoken(types(office, "cases", "list", "--on", "2026-11-24", "--json"))
    assert [(c["id"], c["is_overdue"], c["clock"]["left"], c["clock"]["due_on"]) for c in on_time["cases"]] == [
        (work.id, False, 0, "2026-11-24")]  # fmt: skip
    assert types(office, "cases", "list", "--overdue", "--on", "2026-11-24").stdout == "Không có hồ sơ nào quá hạn.\n"
    late = types(office, "cases", "list", "--overdue", "--on", "2026-11-26").stdout
    assert f"{work.id}  ⚠ Quá hạn 2 ngày làm việc, hạn 24/11/2026" in late
    added = types(office, "working-days", "add", "--from", "2026-11-23", "--to", "2026-11-24", "--name", "Nghỉ",
                  "--document", "Thông báo 1")  # fmt: skip
    assert added.stdout == "Đã nhập 2 ngày.\n"
    [moved] = spoken(types(office, "cases", "list", "--on", "2026-11-26", "--json"))["cases"]
    assert (moved["clock"]["due_on"], moved["clock"]["bare_years"]) == ("2026-11-26", [])
    assert len(spoken(types(office, "working-days", "list", "--year", "2026", "--json"))["days"]) == 2
    assert "làm bù" not in types(office, "working-days", "list", "--year", "2026").stdout
    assert types(office, "working-days", "remove", "--on", "2026-11-23", "--reason", "Nhầm").exit_code == 0

    work.is_decided("12.500.000")
    whole = spoken(types(office, "cases", "show", work.id, "--json"))
    assert (whole["status"], whole["state"]["decision"]["amount"], whole["price_sum"]) == (
        "decided",
        "12500000",
        "45000000",
    )
    assert [h["title"] for h in whole["history"]][-1] == "Mở hồ sơ"
    assert (
        "45/QĐ-XPHC ngày 2026-11-25: 12.500.000 đồng; đã nộp 0 đồng" in types(office, "cases", "show", work.id).stdout
    )


@ABOVE
def test_what_is_wrong_is_said_and_exits(work: Casework, office: Office) -> None:
    for words in (
        ("list", "--on", "26/11/2026"),
        ("list", "--on", "2101-01-01"),
        ("show", work.id, "--on", "x"),
        ("show",),
    ):
        assert types(office, "cases", *words).exit_code == 2, words
    for id, said in (("x", "không phải mã hồ sơ"), (work.scene.site.inspection, "Không có hồ sơ")):
        result = types(office, "cases", "show", id)
        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr
    for line, said in (("add --from x --name a --document b", "NĂM-THÁNG-NGÀY"),
                       ("remove --on 2026-01-01 --reason x", "chưa được nhập")):  # fmt: skip
        result = types(office, "working-days", *line.split())
        assert result.exit_code == 1
        assert said in result.stderr


def test_a_backup_brings_cases_and_days_off_back(work: Casework, office: Office, tmp_path: Path) -> None:
    work.is_decided("12.500.000")
    days = types(
        office, "working-days", "add", "--from", "2026-09-02", "--name", "Quốc khánh", "--document", "Thông báo 1"
    )
    assert days.exit_code == 0, days.output
    before = work.sees()
    for words in (("backup", str(tmp_path / "b.zip")), ("restore", str(tmp_path / "b.zip"), "--force")):
        with office.app.app_context():
            db.session.remove()
            db.engine.dispose()  # a restore finds a stopped server
        done = office.app.test_cli_runner().invoke(args=list(words))
        assert done.exit_code == 0, done.output
    after = work.sees()
    assert (after.state, after.seen, after.history) == (before.state, before.seen, before.history)
    assert spoken(types(office, "working-days", "list", "--year", "2026", "--json"))["days"][0]["name"] == "Quốc khánh"
    assert spoken(types(office, "journal", "verify", "--json"))
