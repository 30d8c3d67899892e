"""The shipped law as a whole: every row says where it comes from, and nothing that nobody read decides or is printed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from checklists import catalog
from checklists.law import in_force
from checklists.limits import CONFIRMABLE, LimitError, load_rules
from checklists.lint_file import INSTRUMENT_TYPES
from checklists.model import Limit, LimitStatus, Verdict
from checklists.procedures.verdicts import Allowance, Judged

RULES = load_rules()
ROWS = [row for name in CONFIRMABLE for row in getattr(RULES, name)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_has_a_source_and_a_reason_where_it_is_not_sure(row: object) -> None:
    assert getattr(row, "source").strip()  # noqa: B009 - rows of five kinds
    assert getattr(row, "status") in (LimitStatus.CONFIRMED, LimitStatus.UNCONFIRMED)  # noqa: B009 - as above
    assert getattr(row, "reviewed_by") is None, "shipped rows are reviewed by nobody"  # noqa: B009 - as above


@pytest.mark.parametrize("limit", RULES.limits, ids=lambda limit: limit.id)
def test_no_limit_that_is_not_sure_decides(limit: Limit) -> None:
    from fractions import Fraction

    judged = [
        Judged(
            Fraction(error), str(error), limit.unit, limit, Allowance(Fraction(1), Fraction(1), "1", limit.unit), "x"
        )
        for error in (0, 2)
    ]
    sure = limit.status is LimitStatus.CONFIRMED
    assert [each.verdict for each in judged] == ([Verdict.PASS, Verdict.FAIL] if sure else [Verdict.INCONCLUSIVE] * 2)
    assert limit.source
    assert sure or limit.note, "says why nobody may decide by it"


def test_the_law_names_every_checklist() -> None:
    domains = {domain for law in RULES.law for domain in law.domains}
    codes = {checklist.code for checklist in catalog.load().all()} - {"general"}
    assert codes <= domains


def test_cycles_are_of_instruments_that_checklists_know() -> None:
    # Refractometers are read in the field of the geographical indication; their type comes with that list.
    assert {cycle.instrument_type for cycle in RULES.cycles} <= INSTRUMENT_TYPES | {"refractometer"}


def test_amounts_stand_only_where_article_and_decree_are_sure_and_end_with_the_text_that_was_read() -> None:
    law = {row.id: row for row in RULES.law}
    with_amounts = [row for row in RULES.penalties if row.amounts]
    assert len(with_amounts) == 11
    for row in with_amounts:
        assert row.article, row.id
        assert row.status is law[row.law].status is LimitStatus.CONFIRMED, row.id
        assert all(amount.least <= amount.most for amount in row.amounts)
    # What decree 126/2021 amended was read before the amendment: no amount reaches beyond 2021.
    amended = [row for row in with_amounts if "nd-126-2021" in law[row.law].amended_by and row.id != "nd-119-art-29"]
    assert all(row.valid_to == date(2021, 12, 31) for row in amended)
    for row in amended:
        later = next(each for each in RULES.penalties if each.id == row.id.replace("-2021", "-2022"))
        assert (later.article, later.valid_from) == (row.article, date(2021, 12, 31) + timedelta(days=1))


def test_a_decree_of_which_no_article_was_read_stands_by_its_name() -> None:
    rows = [row for row in RULES.penalties if row.law == "nd-71-2026"]
    assert [(row.article, row.amounts, row.valid_from) for row in rows] == [(None, (), date(2026, 5, 1))]
    radiation = {violation.id for violation in RULES.violations if violation.id.startswith("radiation-")}
    assert set(rows[0].violations) == radiation


def test_every_violation_is_punished_by_something() -> None:
    named = {violation for row in RULES.penalties for violation in row.violations}
    assert named == {violation.id for violation in RULES.violations}


def forms(paper: str, domain: str, on: date) -> list[tuple[str, LimitStatus]]:
    """Return the forms that the law of a day prescribes for a paper in a domain."""
    holding = {row["id"] for row in in_force(RULES.served()["law"], on)}
    return [
        (form.code, form.status)
        for form in RULES.forms
        if form.paper == paper
        and domain in form.domains
        and form.law in holding
        and (form.valid_from or on) <= on <= (form.valid_to or on)
    ]


def test_only_a_form_whose_body_was_seen_may_be_named() -> None:
    on = date(2026, 7, 15)
    assert forms("sampling", "goods-quality-label", on)[0] == ("Mẫu 15 Phụ lục VII", LimitStatus.CONFIRMED)
    assert forms("sampling", "goods-quality-label", date(2021, 7, 15)) == []
    assert forms("inspection", "measurement", on)[0][1] is LimitStatus.UNCONFIRMED
    assert forms("sampling", "no-such", on) == []


def test_an_article_is_confirmed_only_for_one_violation() -> None:
    day = date(2026, 11, 24)
    made = RULES.with_confirmed("nd-119-standards", "Điều 20", "Lê Soát", "02/VBHN-BKHCN", day)
    row = made.row("nd-119-standards")
    assert row in made.penalties
    assert row is not None
    assert row.status is LimitStatus.CONFIRMED
    for row_id, value, words in (
        ("nd-119-standards", None, "chưa có điều khoản"),
        ("nd-71-2026-all", "Điều 5", "gộp nhiều hành vi"),
        ("luat-84-2025", "1", "không có giá trị để sửa"),
        ("nd-119-standards", "x" * 41, "nhiều nhất 40"),
    ):
        with pytest.raises(LimitError, match=words):
            RULES.with_confirmed(row_id, value, "Lê Soát", "văn bản", day)
