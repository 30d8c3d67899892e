"""The checklist of mobile verification beside the dossier: rows, steps by kind of instrument, verdicts by its limits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from checklists import catalog
from checklists.conditions import applies
from checklists.judge import judge
from checklists.limits import load_rules
from tests.checklists.test_content import PHOTO_RULES, TYPES

CODE = "mobile-verification"
# KD09 of the dossier is one row for all tests; here each has its own item, and the same again after an adjustment.
DOSSIER = {
    **{f"KD{n:02}": mark for n, mark in enumerate(["-", "B", "-", "-", "-", "-", "B*", "B*"], 1)},
    **dict(zip([f"KD{n}" for n in range(10, 19)], ["-", "-", "B", "B", "-", "-", "-", "-", "B*"], strict=True)),
}
TESTS = [f"{n:02}" for n in range(1, 19)]
PLATE = "15"
SAID = {
    "KD12": "Số tem, vị trí dán",
    "KD13": "Số chì/niêm, vị trí",
    "KD14": "Số giấy chứng nhận",
    "KD15": "Thời hạn đến",
    "KD18": "Không đạt: gỡ/xóa dấu, tem cũ; thông báo cho chủ phương tiện đo",
}


def checklist() -> Any:
    return catalog.load().latest(CODE)


def items() -> dict[str, Any]:
    return {item.key: item for section in checklist().sections for item in section.items}


def asked(type_: str, *keys: str, **answers: Any) -> list[str]:
    """The items of these families that are asked of an instrument."""
    found = [key for key, item in items().items() if applies(item.when, {"type": type_}, answers)]
    return [key for key in found if key.startswith(keys)]


def test_every_row_of_the_dossier_with_its_type_and_photo_mark() -> None:
    text = (catalog.DATA / CODE / "v2.yaml").read_text(encoding="utf-8")
    written = {item["key"]: item for section in yaml.safe_load(text)["sections"] for item in section["items"]}
    tests = {f"KD09{n}" for n in TESTS} | {f"KD10{n}" for n in TESTS if n != PLATE}
    assert written.keys() == DOSSIER.keys() | tests
    kinds = TYPES | {"DATE": {"date"}, "TXT": {"text", "answer"}}
    for key, item in written.items():
        mark = item["dossier"]
        assert item["photo"] in PHOTO_RULES[mark["photo"]], key
        word = "YN" if "YN" in mark["type"] else next(each for each in kinds if mark["type"].startswith(each))
        assert item["type"] in kinds[word], key
    assert {key: written[key]["dossier"]["photo"] for key in DOSSIER} == DOSSIER
    assert {key: written[key]["vi"] for key in SAID} == SAID
    assert [key for key, item in written.items() if item["photo"] == "required"] == ["KD02"]


def test_what_was_measured_before_an_adjustment_is_measured_again_after_it() -> None:
    known = items()
    for n in TESTS:
        if n == PLATE:
            continue
        before, after = known[f"KD09{n}"], known[f"KD10{n}"]
        assert (before.type, before.required, before.photo) == (after.type, after.required, after.photo), n
        assert (before.fields, before.columns) == (after.fields, after.columns), n
        assert (before.procedure and before.procedure.name) == (after.procedure and after.procedure.name), n
        if before.procedure is not None:
            own = {
                k: str(v).replace("KD09", "KD10")
                for k, v in before.procedure.parameters.items()
                if "KD0915" not in str(v)
            }
            again = {k: str(v) for k, v in after.procedure.parameters.items() if "KD0915" not in str(v)}
            assert (own, before.procedure.rows) == (again, after.procedure.rows), n


@pytest.mark.parametrize(
    ("type_", "tests"),
    [
        ("weighing_instrument", ["01", "02", "03", "04", "05"]),
        ("weighbridge", ["01", "02", "03", "04", "05"]),
        ("check_scale", ["01", "02", "03", "04", "05"]),
        ("analytical_balance", ["01", "02", "03", "04", "05"]),
        ("sphygmomanometer", ["06", "07", "08"]),
        ("clinical_thermometer", ["09"]),
        ("electrocardiograph", ["10"]),
        ("fuel_dispenser", ["11", "12"]),
        ("nozzle", ["11", "12"]),
        ("taximeter", ["13", "14"]),
        ("electricity_meter", ["15", "16", "17"]),
        ("electroencephalograph", ["18"]),
        ("patient_monitor", ["18"]),
    ],
)
def test_each_kind_of_instrument_has_its_own_tests(type_: str, tests: list[str]) -> None:
    assert asked(type_, "KD09") == [f"KD09{n}" for n in tests]
    again = asked(type_, "KD10", KD10={"answer": "conforming"})
    assert again == ["KD10", *(f"KD10{n}" for n in tests if n != PLATE)]
    assert asked(type_, "KD10", KD10={"answer": "not_applicable"}) == ["KD10"]


def test_every_kind_of_instrument_that_is_received_is_tested() -> None:
    sections = {section.key: section for section in checklist().sections}
    assert set(sections["receipt"].instrument_types) == set(sections["measurement"].instrument_types)
    assert all(asked(type_, "KD09") for type_ in sections["receipt"].instrument_types)


BAD = {"answer": "nonconforming"}


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ({}, ["KD07", "KD08", "KD0901", "KD0902", "KD0903", "KD0904", "KD0905", "KD10"]),
        ({"KD07": BAD}, ["KD07"]),
        ({"KD08": BAD}, ["KD07", "KD08"]),
        ({"KD0902": BAD}, ["KD07", "KD08", "KD0901", "KD0902", "KD10"]),
        ({"KD0903": BAD}, ["KD07", "KD08", "KD0901", "KD0902", "KD0903", "KD10"]),
        ({"KD0904": BAD}, ["KD07", "KD08", "KD0901", "KD0902", "KD0903", "KD0904", "KD10"]),
        ({"KD0902": BAD, "KD10": {"answer": "conforming"}, "KD1002": BAD},
         ["KD07", "KD08", "KD0901", "KD0902", "KD10", "KD1001", "KD1002"]),
    ],
)  # fmt: skip
def test_the_first_failed_step_ends_it(answers: dict[str, Any], left: list[str]) -> None:
    assert asked("weighing_instrument", "KD07", "KD08", "KD09", "KD10", **answers) == left


@pytest.mark.parametrize(
    ("answers", "keys"),
    [
        ({}, ["KD16", "KD17"]),
        ({"KD11": {"values": {"conclusion": "pass"}}}, ["KD12", "KD13", "KD14", "KD15", "KD16", "KD17"]),
        ({"KD11": {"values": {"conclusion": "fail"}}}, ["KD16", "KD17", "KD18"]),
        ({"KD11": {"values": {"conclusion": "inconclusive"}}}, ["KD16", "KD17"]),
        ({"KD07": BAD}, ["KD16", "KD17", "KD18"]),
    ],
)
def test_only_a_pass_gets_a_sticker_and_a_failure_loses_its_old_marks(answers: dict[str, Any], keys: list[str]) -> None:
    assert asked("weighing_instrument", *(f"KD{n}" for n in range(12, 19)), **answers) == keys


@pytest.mark.parametrize("n", ["02", "03", "04", "05", "08", "11", "13", "17"])
def test_what_was_not_read_is_said_to_be_from_memory(n: str) -> None:
    assert "ghi theo trí nhớ" in (items()[f"KD09{n}"].note or "")


def scale(accuracy_class: str, e: str, unit: str) -> dict[str, Any]:
    return {"attributes": {"accuracy_class": accuracy_class, "e": e, "unit": unit}}


TRUCK, SPRING, PLATFORM = scale("III", "20", "kg"), scale("IIII", "20", "g"), scale("III", "0.1", "kg")


def loads(*rows: tuple[str, str]) -> dict[str, Any]:
    return {"rows": [{"load": load, "indication": indication} for load, indication in rows]}


def series(load: str, indications: str) -> dict[str, Any]:
    return {"values": {"load": load}, "rows": [{"indication": each} for each in indications.split()]}


def compared(*rows: tuple[str, str]) -> dict[str, Any]:
    return {"rows": [{"reference": reference, "indication": indication} for reference, indication in rows]}


ELECTRONIC, MECHANICAL, GLASS = ({"attributes": {"kind": kind}} for kind in ("electronic", "mechanical", "glass"))
# Dossier 3.5 and 5: item, finding, subject; verdict by the limits of verification, and in service.
VECTORS: dict[str, tuple[str, dict[str, Any], dict[str, Any] | None, str, str]] = {
    "N1": ("02", {"rows": [{"load": "1000", "indication": "1000", "delta_load": "1.5"}]}, scale("III", "5", "g"), "pass", "pass"),
    "N2 500 e": ("02", loads(("10000", "10010")), TRUCK, "pass", "pass"),
    "N2 over": ("02", loads(("10000", "10011")), TRUCK, "fail", "pass"),
    "N3 501 e": ("02", loads(("10020", "10040")), TRUCK, "pass", "pass"),
    "N3 over": ("02", loads(("10020", "10041")), TRUCK, "fail", "pass"),
    "N4": ("02", loads(("40000", "40060")), TRUCK, "fail", "fail"),
    "N5": ("02", loads(("40000", "40040")), TRUCK, "fail", "pass"),
    "N6": ("02", loads(("80000", "79940")), TRUCK, "fail", "pass"),
    "N6 up and down": ("02", loads(("80000", "79970"), ("10000", "9990")), TRUCK, "pass", "pass"),
    "N7": ("02", loads(("1000", "1020")), SPRING, "fail", "pass"),
    "N8 51 e": ("02", loads(("1020", "1040")), SPRING, "pass", "pass"),
    "N9": ("02", loads(("4000", "4060")), SPRING, "fail", "fail"),
    "N10": ("02", loads(("8000", "8030")), SPRING, "pass", "pass"),
    "N10 over": ("02", loads(("8000", "8031")), SPRING, "fail", "pass"),
    "N11": ("03", series("100", "100.0 100.1 99.9 100.2"), PLATFORM, "fail", "pass"),
    "N11 within": ("03", series("100", "100.0 100.1 99.9 100.1"), PLATFORM, "pass", "pass"),
    "N12": ("04", series("64000", "63980 64000 64020"), TRUCK, "fail", "pass"),
    "N12 within": ("04", series("64000", "63990 64000 64020"), TRUCK, "pass", "pass"),
    "M1": ("09", compared(("37.00", "37.10")), GLASS, "inconclusive", "inconclusive"),
    "M1 over": ("09", compared(("37.00", "37.15")), GLASS, "inconclusive", "inconclusive"),
    "M2": ("07", compared(("150", "153"), ("100", "97")), ELECTRONIC, "pass", "inconclusive"),
    "M2 over": ("07", compared(("150", "154")), ELECTRONIC, "fail", "inconclusive"),
    "M2 mechanical": ("07", compared(("150", "153")), MECHANICAL, "inconclusive", "inconclusive"),
    "M2 leak": ("08", {"values": {"start": "250", "end": "247", "seconds": "60"}}, MECHANICAL, "inconclusive", "inconclusive"),
    "M3": ("10", compared(("10", "10.4")), None, "pass", "inconclusive"),
    "M3 over": ("10", compared(("10", "10.6")), None, "fail", "inconclusive"),
    "F1": ("11", {"rows": [{"v_fd": "20.00", "v_ref": "19.93"}]}, None, "inconclusive", "inconclusive"),
    "T8": ("13", {"rows": [{"reference": "1000", "indicated": "1014"}]}, None, "inconclusive", "inconclusive"),
}  # fmt: skip
ZERO = {"values": {"value": "0.1"}}


@pytest.mark.parametrize("family", ["KD09", "KD10"])
@pytest.mark.parametrize("name", VECTORS)
def test_readings_are_judged_by_the_limits_of_verification_before_and_after_an_adjustment(
    name: str, family: str
) -> None:
    n, finding, subject, *expected = VECTORS[name]
    answers = {f"{family}01": ZERO} if name == "N1" else {}
    found = []
    for context in ("verification", "inspection"):
        computed = judge(items()[f"{family}{n}"], finding, subject, answers, load_rules(), date(2021, 7, 12), context)
        assert computed is not None
        found.append(computed["verdict"])
    assert found == expected


def test_the_zero_error_of_before_an_adjustment_does_not_correct_what_was_read_after_it() -> None:
    finding = loads(("10000", "10020"))
    before = {"KD0901": {"values": {"value": "0.5"}}}
    verdicts = [
        judge(items()[f"{family}02"], finding, TRUCK, before, load_rules(), date(2021, 7, 12), "verification")
        for family in ("KD09", "KD10")
    ]
    assert [computed and computed["verdict"] for computed in verdicts] == ["pass", "fail"]
