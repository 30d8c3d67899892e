"""A server that fails: one operation must not stop the others, and an illness of the server must set nothing aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.contract.tablet import sick
from tests.contract.tablet.conftest import Department, serving
from tests.contract.tablet.field import ITEMS, fills, journalled, op_ids, quarantined, reference
from tests.contract.tablet.program import TabletProgram
from tests.server.api.wire import Site


@pytest.fixture
def ill(tmp_path: Path) -> Path:
    """While this file is there, every push fails."""
    return tmp_path / "ill"


@pytest.fixture
def department(template_database: Path, tmp_path: Path, ill: Path) -> Iterator[Department]:
    """A department whose server can fail."""
    how = {"serves": f"{sick.__name__}:app", "environment": {sick.ILL: str(ill)}}
    with serving(template_database, tmp_path, **how) as department:
        yield department


def poisons(tablet: TabletProgram, site: Site, note: str = sick.POISON) -> str:
    """Record what makes the server fail; return the finding."""
    answer = {"answer": "nonconforming", "note": note}
    return str(tablet.does("answer", site.inspection, reference(), ITEMS[20], answer))


def aside(tablet: TabletProgram) -> list[dict[str, Any]]:
    """What was passed by."""
    return [notice for notice in tablet.does("notices") if notice["why"] == "aside"]


def test_the_queue_flows_past_what_the_server_cannot_take(tablet: TabletProgram, site: Site, database: Session) -> None:
    """Acceptance 18: halved until it is alone, three times refused, passed by, kept with its words, and sent again."""
    fills(tablet, site, 9)
    finding = poisons(tablet, site)
    fills(tablet, site, 18)
    for _ in range(2):
        assert tablet.syncs()["state"] == "failed"
        assert aside(tablet) == []
    status = tablet.syncs()
    assert (status["state"], status["refused"], status["waiting"]["records"]) == ("done", 1, 0)
    pushes = [each["bytes"] for each in tablet.does("sent") if each["path"].endswith("/push") and each["status"] == 500]
    assert len(set(pushes)) > 4  # never the same again and again
    [notice] = aside(tablet)
    assert (notice["id"], notice["op"]["set"]["note"]) == (finding, sick.POISON)
    assert len(journalled(database, op_ids(tablet))) == 18
    stand_in = next(row["stand_in"] for row in tablet.ops() if row["stand_in"])
    assert quarantined(database, [stand_in["op_id"]]) == ["unknown_kind"]
    assert stand_in["set"]["op_id"] == notice["op_id"]
    tablet.does("answer", site.inspection, reference(), ITEMS[20], {"answer": "nonconforming", "note": "Đã sửa"})
    tablet.syncs_until_done()
    assert tablet.states("finding")[finding]["note"] == "Đã sửa"


def test_an_ill_server_sets_nothing_aside(tablet: TabletProgram, site: Site, database: Session, ill: Path) -> None:
    ids = fills(tablet, site, 5)
    ill.touch()
    for _ in range(9):
        status = tablet.syncs()
        assert (status["state"], status["reason"], status["waiting"]["records"]) == ("failed", "server_error", 5)
    ill.unlink()
    tablet.syncs_until_done()
    assert aside(tablet) == []
    assert journalled(database, op_ids(tablet)) == op_ids(tablet)
    assert set(tablet.states("finding")) == set(ids)
    assert [row["stand_in"] for row in tablet.ops()] == [None] * 5


def test_a_stand_in_whose_answer_is_lost_is_not_doubled(tablet: TabletProgram, site: Site, database: Session) -> None:
    poisons(tablet, site)
    fills(tablet, site, 3)
    for _ in range(2):
        tablet.syncs()
    pushes = [{"path": "/sync/push", "fault": fault, "times": 1} for fault in ("none", "lost")]
    tablet.does(
        "troubles", {"ordered": pushes}
    )  # the operation is refused a third time, then the stand-in's answer is lost
    tablet.syncs()
    tablet.syncs_until_done()
    assert len(aside(tablet)) == 1
    stand_in = next(row["stand_in"] for row in tablet.ops() if row["stand_in"])
    assert quarantined(database, [stand_in["op_id"]]) == ["unknown_kind"]
    assert len(journalled(database, op_ids(tablet))) == 3


def test_what_was_passed_by_can_be_said_again(tablet: TabletProgram, site: Site, ill: Path, database: Session) -> None:
    finding = poisons(tablet, site)
    for _ in range(3):
        tablet.syncs()
    [notice] = aside(tablet)
    tablet.does("sendAgain", notice["op_id"])
    assert tablet.does("document", "finding", finding)["state"]["note"] == sick.POISON
    assert tablet.ops()[-1]["op"]["op_id"] != notice["op_id"]
