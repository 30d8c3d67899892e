"""A release over the department's confirmations: carried where the row is the same, shown again where it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from checklists.limits import AnyRow, RuleSet, load_rules
from checklists.model import LimitStatus
from checklists.upgrade import Confirmed, carried_over, waits

FIRST = RuleSet.from_served(
    json.loads((Path(__file__).parents[1] / "vectors" / "rules-2026.1.json").read_text("utf-8"))
)
"""Rule set 2026.1 as it was served: limits and documents, nothing else."""
DAY = date(2026, 11, 2)
FUEL = "fuel-delivery-inspection"


def row_of(rules: RuleSet, row_id: str) -> AnyRow:
    row = rules.row(row_id)
    assert row is not None, row_id
    return row


def confirmed(base: RuleSet, row_id: str, value: str | None = None) -> Confirmed:
    """A row of a rule set as the department confirmed it."""
    made = base.with_confirmed(row_id, value, "Lê Soát", "Thông tư 99/2026", DAY)
    return Confirmed(row_of(made, row_id), row_of(base, row_id))


def test_an_older_rule_set_reads_with_its_own_fingerprint() -> None:
    assert FIRST.version == "2026.1"
    assert FIRST.served().keys() == {"version", "sha256", "limits", "law"}
    assert sum(map(len, (FIRST.cycles, FIRST.violations, FIRST.penalties, FIRST.forms))) == 0


def test_a_word_on_a_row_that_is_shipped_unchanged_is_carried() -> None:
    word = confirmed(FIRST, FUEL, "0.5")
    made = carried_over(load_rules(), [word])
    assert made.version == f"{load_rules().version}+1"
    kept = made.limit(FUEL)
    assert kept == word.row
    assert kept is not None
    assert (kept.value, kept.reviewed_by, kept.source) == (Decimal("0.5"), "Lê Soát", "Thông tư 99/2026")
    assert made.cycles == load_rules().cycles, "the department gets the rows that are new"
    assert not waits(made, word.row)


def test_without_words_the_release_stands_as_it_is_shipped() -> None:
    assert carried_over(load_rules(), []) is load_rules()


def release(row_id: str, **change: object) -> RuleSet:
    """A later release that ships one limit otherwise."""
    rules = load_rules()
    limits = [replace(row, **change) if row.id == row_id else row for row in rules.limits]  # type: ignore[arg-type]  # any field of a limit
    return RuleSet.build("2027.1", limits, rules.law)


def test_a_word_on_a_row_that_the_release_changed_waits() -> None:
    word = confirmed(load_rules(), FUEL, "0.5")
    for change in ({"value": Decimal("0.6")}, {"valid_to": date(2026, 12, 31)}, {"source": "ĐLVN 10:2026"}):
        made = carried_over(release(FUEL, **change), [word])
        assert made.version == "2027.1", change
        assert row_of(made, FUEL).status is LimitStatus.UNCONFIRMED
        assert waits(made, word.row)


def test_a_release_that_says_the_same_figure_for_sure_needs_no_word() -> None:
    word = confirmed(load_rules(), FUEL, "0.5")
    sure = {"status": LimitStatus.CONFIRMED, "source": "ĐLVN 10:2026"}
    assert not waits(carried_over(release(FUEL, value=Decimal("0.5"), **sure), [word]), word.row)
    assert waits(carried_over(release(FUEL, value=Decimal("0.4"), **sure), [word]), word.row)


def test_a_row_that_is_gone_is_shown_and_a_note_alone_changes_nothing() -> None:
    word = confirmed(load_rules(), FUEL, "0.5")
    rules = load_rules()
    without = RuleSet.build("2027.1", [row for row in rules.limits if row.id != FUEL], rules.law)
    assert waits(carried_over(without, [word]), word.row)
    noted = carried_over(release(FUEL, note="Câu chữ mới"), [word])
    assert row_of(noted, FUEL).reviewed_by == "Lê Soát"


def test_cycles_documents_and_articles_are_carried_as_well() -> None:
    rules = load_rules()
    words = [
        confirmed(rules, "cycle-analytical-balance-2026", "24"),
        confirmed(rules, "luat-84-2025"),
        confirmed(rules, "nd-119-art-15", "Điều 15 khoản 1"),
        confirmed(rules, "form-tt-28-inspection"),
    ]
    # A later release names the law for one more checklist: the word about the law stands, the new domain too.
    law = [replace(row, domains=(*row.domains, "new")) if row.id == "luat-84-2025" else row for row in rules.law]
    later = RuleSet.build("2027.1", rules.limits, law, cycles=rules.cycles, violations=rules.violations,
                          penalties=rules.penalties, forms=rules.forms)  # fmt: skip
    made = carried_over(later, words)
    assert all(row_of(made, word.row.id).reviewed_by == "Lê Soát" for word in words)
    assert next(row for row in made.cycles if row.id == "cycle-analytical-balance-2026").months == 24
    assert next(row for row in made.penalties if row.id == "nd-119-art-15").article == "Điều 15 khoản 1"
    assert "new" in next(row for row in made.law if row.id == "luat-84-2025").domains


UNCONFIRMED = [row.id for row in FIRST.limits if row.status is LimitStatus.UNCONFIRMED and row.table is None]


@given(
    st.lists(st.sampled_from(UNCONFIRMED), unique=True, max_size=4), st.lists(st.sampled_from(UNCONFIRMED), max_size=3)
)
def test_no_word_is_lost_whatever_a_release_changes(said: list[str], changed: list[str]) -> None:
    words = [confirmed(FIRST, row_id, "0.5") for row_id in said]
    rules = load_rules()
    limits = [replace(row, edition="2027") if row.id in changed else row for row in rules.limits]
    made = carried_over(RuleSet.build("2027.1", limits, rules.law), words)
    for word in words:
        now = made.row(word.row.id)
        assert (now is not None and now.reviewed_by == "Lê Soát") is not waits(made, word.row)
    untouched = {row.id for row in FIRST.limits if rules.limit(row.id) == row} - set(changed)
    assert all(row_of(made, row_id).reviewed_by for row_id in set(said) & untouched)
