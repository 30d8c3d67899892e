"""`flask procedures|limits|checklists` as a metrologist types them: every vector, every senseless input, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from checklists import catalog
from checklists.limits import load_rules
from server.app import create_app
from server.settings import Settings

Type = Callable[..., Result]
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "procedures.json").read_text("utf-8"))["vectors"]
READINGS: dict[str, Any] = {
    "date": "2021-08-05", "context": "inspection", "parameters": {}, "rows": [{"v_fd": "20.06", "v_ref": "20"}],
    "limit": {"value": "0.3", "unit": "%"},
}  # fmt: skip


@pytest.fixture
def flask(app: Flask) -> Type:
    """Type a command."""

    def type_in(*words: str | Path, input: str | bytes | None = None) -> Result:
        return app.test_cli_runner().invoke(args=[str(w) for w in words], input=input)

    return type_in


def refusal(result: Result) -> str:
    """What a refused command said; it printed nothing else and did not break."""
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr.strip()


def test_every_vector_through_the_command(flask: Type) -> None:
    for vector in VECTORS:
        typed = json.dumps(vector["request"], ensure_ascii=False)
        result = flask("procedures", "evaluate", vector["procedure"], "-", "--json", input=typed)
        if "problem" in vector:
            assert refusal(result).startswith(f"{vector['problem']['field']}: "), vector["id"]
            continue
        answer = json.loads(result.stdout)
        assert answer["verdict"] == vector["expected"]["verdict"], vector["id"]
        assert {"rows", "limit", "verdict", "explanation"} <= answer.keys()
        for given, found in zip(vector["request"]["rows"], answer["rows"], strict=True):
            assert given.items() <= found.items()
            assert isinstance(found["error"], str)


def test_a_file_of_a_windows_editor_is_read(flask: Type, tmp_path: Path) -> None:
    file = tmp_path / "số đọc.json"
    file.write_text(json.dumps(READINGS), "utf-8-sig")
    assert json.loads(flask("procedures", "evaluate", "fuel-delivery", file, "--json").stdout)["verdict"] == "pass"


def text_of(**changes: Any) -> str:
    return json.dumps({**READINGS, **changes}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "dòng 1, cột 1"),
        ("{\n  date: 1}", "dòng 2, cột 3"),
        ('"x"', "phải là một đối tượng JSON"),
        ("[" * 100_000, "lồng nhau quá nhiều lớp"),
        (b"\xff\xfe{}", "không phải chữ mã hóa UTF-8"),
        ('{"date": "2021-08-05", "date": "2026-08-05"}', "khóa “date” viết hai lần"),
        ('{"rows": [{"v_fd": "20", "v_ref": "20", "v_fd": "21"}]}', "khóa “v_fd” viết hai lần"),
        (text_of(rows=[{"v_fd": "1", "v_ref": "1", "note": "x"}]).replace('"x"', '"\\ud800"'), "Unicode hỏng"),
        (text_of(rows=[{"v_fd": "@", "v_ref": "1"}]).replace('"@"', "9" * 5000), "rows[0].v_fd: "),
        (text_of(rows=[{"v_fd": "@", "v_ref": "1"}]).replace('"@"', "NaN"), "rows[0].v_fd: "),
        (text_of(rows=[{"v_fd": "@", "v_ref": "1"}]).replace('"@"', "-Infinity"), "rows[0].v_fd: "),
        (text_of(rows=[{"v_fd": "9" * 5000, "v_ref": "1"}]), "rows[0].v_fd: "),
        (text_of(rows=[{"v_fd": "1e999999999", "v_ref": "1"}]), "rows[0].v_fd: "),
        (text_of(rows=[{"v_fd": "20 L", "v_ref": "1"}]), "rows[0].v_fd: "),
        (text_of(rows=[{"v_fd": "1", "v_ref": "0.00"}]), "rows[0].v_ref: phải lớn hơn 0"),
        (text_of(rows=[{}]), "rows[0].v_fd: thiếu"),
        (text_of(rows=[{"v_fd": "1", "v_ref": "1"}] * 10_000), "rows: nhiều nhất 1000 dòng"),
        (text_of(date=None), "date: phải là ngày"),
        (text_of(limit={"value": "0.3", "unit": "L"}), "limit.unit: "),
        (text_of(parameters={"verdict": "mean"}), "parameters.verdict: khóa lạ"),
    ],
)
def test_senseless_readings_name_what_is_wrong(flask: Type, typed: str | bytes, words: str) -> None:
    assert words in refusal(flask("procedures", "evaluate", "fuel-delivery", "-", "--json", input=typed))


def test_what_is_no_call_at_all_exits_2(flask: Type, tmp_path: Path) -> None:
    for words in (["fuel-delivery"], ["fuel-delivery", tmp_path / "không-có.json"], ["fuel-delivery", tmp_path]):
        assert flask("procedures", "evaluate", *words).exit_code == 2
    assert "fuel-delivery, fuel-price" in refusal(flask("procedures", "evaluate", "astrology", "-", input="{}"))


def test_people_read_lines(flask: Type) -> None:
    scale = {"accuracy_class": "III", "e": "20", "unit": "kg"}
    typed = text_of(parameters=scale, rows=[{"load": "40000", "indication": "40060"}], limit=None)
    said = flask("procedures", "evaluate", "nawi-load", "-", input=typed).stdout
    assert "error = 60, limit = 40 kg (đã xác nhận), verdict = KHÔNG ĐẠT" in said
    assert "Giới hạn: 40 kg (đã xác nhận); OIML R 76-1" in said
    assert "Kết luận: KHÔNG ĐẠT" in said


def test_before_there_are_tables_the_shipped_rules_answer_and_nothing_is_confirmed(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'trống.sqlite3'}", blob_url=f"file:{tmp_path}", secret_key="x" * 40,
        public_url="http://localhost", instance=tmp_path, log_level="INFO",
    )  # fmt: skip
    run = create_app(settings).test_cli_runner().invoke
    found = run(args=["procedures", "evaluate", "fuel-delivery", "-", "--json"], input=json.dumps(READINGS))
    assert json.loads(found.stdout)["verdict"] == "pass"
    assert "chưa được tạo" in found.stderr
    listed = json.loads(run(args=["limits", "list", "--json"]).stdout)
    assert (listed["version"], listed["sha256"]) == (load_rules().version, load_rules().sha256)
    told = run(args=["limits", "confirm", "fuel-price", "--by", "A", "--document", "B"])
    assert "flask db upgrade" in refusal(told)


def test_limits_of_a_day(flask: Type) -> None:
    def ids(*words: str) -> set[str]:
        return {row["id"] for row in json.loads(flask("limits", "list", "--json", *words).stdout)["limits"]}

    assert {"gold-mass-2014", "dose-rate-public-2014"} <= ids("--on", "2021-07-15")
    assert not ids("--on", "2021-07-15") & {"gold-mass-2026", "dose-rate-public-2026"}
    assert "gold-mass-2014" in ids("--on", "2026-04-14")
    assert "gold-mass-2014" not in ids("--on", "2026-04-15")
    assert ids("--on", "2021-07-15", "--unconfirmed") < ids("--unconfirmed") < ids()
    assert ids("--on", "1999-01-01") == set()
    assert flask("limits", "list", "--on", "15/7/2021").exit_code == 2
    said = flask("limits", "list", "--on", "2021-07-15").stdout
    assert "gold-mass-2014  bảng 12 bậc (mg)  kiểm định và kiểm tra, từ 2014-06-01 đến 2026-04-14  đã xác nhận" in said
    assert "taximeter-distance  chưa có giá trị (%)" in said


def test_a_limit_is_confirmed_once_and_then_decides(flask: Type) -> None:
    confirm = ["limits", "confirm", "fuel-delivery-inspection", "--by", "Lê Soát", "--document", "ĐLVN 10:2017"]
    readings = text_of(limit=None)
    judge = ["procedures", "evaluate", "fuel-delivery", "-", "--json"]
    assert json.loads(flask(*judge, input=readings).stdout)["verdict"] == "inconclusive"
    assert flask(*confirm).exit_code == 0
    answer = json.loads(flask(*judge, input=readings).stdout)
    assert (answer["verdict"], answer["limit"]["status"], answer["limit"]["source"]) == (
        "pass", "confirmed", "ĐLVN 10:2017",
    )  # fmt: skip
    assert "đã được xác nhận bởi Lê Soát" in refusal(flask(*confirm))
    assert "Không có giới hạn, chu kỳ hay văn bản nào mang mã nowhere" in refusal(
        flask("limits", "confirm", "nowhere", *confirm[3:])
    )
    assert "chuỗi số thập phân" in refusal(flask(*confirm, "--value", "0,5"))
    assert "văn bản căn cứ" in refusal(flask(*confirm[:-1], "  "))
    assert flask(*confirm[:-2]).exit_code == 2


def test_a_checklist_is_shown_as_served(flask: Type) -> None:
    served = json.loads(flask("checklists", "show", "general", "--json").stdout)
    assert served == catalog.load().latest("general").definition
    said = flask("checklists", "show", "fuel-dispenser", "1").stdout
    assert "Từng vòi: kiểm tra sai số (từng phương tiện)" in said
    assert "phép tính fuel-delivery" in said
    assert "đang có: v1" in refusal(flask("checklists", "show", "general", "9"))
    assert "Không có danh mục nowhere" in refusal(flask("checklists", "show", "nowhere"))


def test_publishing_asks_first_and_never_twice(flask: Type, tmp_path: Path) -> None:
    file = tmp_path / "general" / "v1.yaml"
    file.parent.mkdir()
    file.write_text((catalog.DATA / "general" / "v1.yaml").read_text("utf-8"), "utf-8")
    publish = ["checklists", "publish", "general", "1", "--data", tmp_path, "--json"]
    assert flask(*publish, input="n\n").exit_code == 1
    assert not (tmp_path / "published.toml").exists()
    done = json.loads(flask(*publish, "--yes").stdout)
    assert done["sha256"] == catalog.load().latest("general").sha256
    assert "đã công bố từ trước" in refusal(flask(*publish, "--yes"))
    file.write_text(file.read_text("utf-8").replace("Mã số thuế", "Mã số"), "utf-8")
    assert "general/v1.yaml:3: general/v1 đã công bố không được thay đổi" in refusal(flask(*publish, "--yes"))
    assert flask("checklists", "lint", tmp_path).exit_code == 1
    assert done["sha256"] in (tmp_path / "published.toml").read_text("utf-8")
