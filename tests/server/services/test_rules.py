"""Rule sets: shipped, confirmed, pinned, remembered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from checklists.limits import RuleSet, load_rules
from checklists.model import LimitStatus
from server.db.rules import LimitConfirmation, RuleSetRow
from server.errors import Problem
from server.services import rules
from tests.builders import Office

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
FUEL = next(limit for limit in load_rules().limits if limit.procedure == "fuel-delivery")


def confirms(office: Office, limit_id: str, value: str | None = "0.5") -> str:
    """Confirm a limit; return the new version."""
    with office.transaction() as session:
        return rules.confirm(session, limit_id, value=value, reviewed_by="Nguyễn Thanh Bình",
                             document="Thông tư 12/2026", on=date(2026, 11, 24), now=NOW).version  # fmt: skip


def test_the_shipped_set_is_current_until_someone_confirms(office: Office) -> None:
    with office.transaction() as session:
        assert rules.current(session) == load_rules()
        assert rules.by_version(session, load_rules().version) == load_rules()


def test_a_confirmation_makes_a_new_version_and_the_old_one_stays(office: Office) -> None:
    version = confirms(office, FUEL.id)
    assert version == f"{load_rules().version}+1"
    with office.transaction() as session:
        made = rules.current(session)
        assert made.version == version
        limit = made.limit(FUEL.id)
        assert limit is not None
        assert (limit.status, str(limit.value), limit.reviewed_by) == (
            LimitStatus.CONFIRMED,
            "0.5",
            "Nguyễn Thanh Bình",
        )
        assert rules.by_version(session, load_rules().version) == load_rules()
        row = session.get_one(LimitConfirmation, 1)
        assert (row.limit_id, row.version, row.document) == (FUEL.id, version, "Thông tư 12/2026")


def test_what_was_pinned_stays_where_an_upgrade_ships_other_rows_under_its_version(office: Office) -> None:
    shipped = load_rules()
    earlier = RuleSet.build(shipped.version, shipped.limits[1:], shipped.law)
    with office.transaction() as session:
        session.add(RuleSetRow(version=earlier.version, sha256=earlier.sha256, served=earlier.served(), made_at=NOW))
        session.flush()
        rules.remember_shipped(session, NOW)
        assert rules.by_version(session, shipped.version) == rules.current(session) == earlier


def test_a_second_confirmation_builds_on_the_first(office: Office) -> None:
    other = next(x for x in load_rules().limits if x.status is LimitStatus.UNCONFIRMED and x.id != FUEL.id and x.value)
    confirms(office, FUEL.id)
    assert confirms(office, other.id, None).endswith("+2")
    with office.transaction() as session:
        made = rules.current(session)
        confirmed = [made.limit(id) for id in (FUEL.id, other.id)]
        assert all(limit is not None and limit.status is LimitStatus.CONFIRMED for limit in confirmed)


@pytest.mark.parametrize(("limit_id", "value"), [("no-such-limit", "0.5"), (FUEL.id, "0,5"), (FUEL.id, "-1"),
                                                 (FUEL.id, "1e3"), (FUEL.id, "NaN")])  # fmt: skip
def test_a_senseless_confirmation_is_refused(office: Office, limit_id: str, value: str) -> None:
    with pytest.raises(Problem):
        confirms(office, limit_id, value)
    with office.transaction() as session:
        assert rules.current(session) == load_rules()


@pytest.mark.parametrize("version", ["", "x" * 500, "2026.1\0", "'; --"])
def test_an_unknown_version_is_nothing(office: Office, version: str) -> None:
    with office.transaction() as session:
        assert rules.by_version(session, version) is None


def test_the_commands(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    unconfirmed = json.loads(run(args=["limits", "list", "--unconfirmed", "--json"]).stdout)["limits"]
    assert FUEL.id in {row["id"] for row in unconfirmed}
    wrong = run(args=["limits", "confirm", FUEL.id, "--value", "0,5", "--by", "A", "--document", "B"])
    assert wrong.exit_code == 1
    assert wrong.stderr
    assert run(args=["limits", "confirm", FUEL.id]).exit_code == 2

    done = run(args=["limits", "confirm", FUEL.id, "--value", "0.5", "--by", "A", "--document", "B", "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["version"].endswith("+1")
    left = json.loads(run(args=["limits", "list", "--unconfirmed", "--json"]).stdout)["limits"]
    assert FUEL.id not in {row["id"] for row in left}
    assert FUEL.id in run(args=["limits", "list"]).stdout


def test_a_metrologist_tries_numbers_by_hand(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert "fuel-delivery" in json.loads(run(args=["procedures", "list", "--json"]).stdout)
    request = {"date": "2021-08-05", "context": "inspection", "parameters": {"verdict_on": "each"},
               "rows": [{"v_fd": "20.00", "v_ref": "19.80"}], "limit": {"value": "0.5", "unit": "%"}}  # fmt: skip
    done = run(args=["procedures", "evaluate", "fuel-delivery", "-", "--json"], input=json.dumps(request))
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "fail"
    spoken = run(args=["procedures", "evaluate", "fuel-delivery", "-"], input=json.dumps(request))
    assert "KHÔNG ĐẠT" in spoken.stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [("fuel-delivery", "{"), ("fuel-delivery", "[]"), ("no-such", "{}"), ("fuel-delivery", "{}"),
     ("fuel-delivery", '{"date":"2021-08-05","context":"inspection","parameters":{},"rows":[{"v_fd":"0,5","v_ref":"1"}]}')],
)  # fmt: skip
def test_senseless_readings_are_refused_in_vietnamese(app: Flask, name: str, text: str) -> None:
    done = app.test_cli_runner().invoke(args=["procedures", "evaluate", name, "-", "--json"], input=text)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert not done.stderr.isascii()
