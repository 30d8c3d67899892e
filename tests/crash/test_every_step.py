"""The server dies before each statement, each commit and each answer of an act in turn (I10); a seeded fault is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from server.settings import Settings
from tests.builders import Office
from tests.crash.field import FieldTablet, survives
from tests.crash.killed import KilledServer, look
from tests.server.api.wire import site_of


@contextmanager
def dying(settings: Settings, folder: Path, fault: str = "") -> Iterator[tuple[KilledServer, Path]]:
    """A server that dies at the step that is written into a file."""
    dies_at = folder / "dies-at"
    server = KilledServer(
        settings, folder, options=("--preload",), serves="tests.crash.dying:app",
        environment={"DIES_AT": str(dies_at), "FAULT": fault},
    )  # fmt: skip
    try:
        server.starts()
        yield server, dies_at
    finally:
        server.stops()


@pytest.fixture
def one(office: Office) -> FieldTablet:
    """A tablet with a planned inspection; the server is named later."""
    office.has_organisation()
    office.opens_series()
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    more = [office.plans_inspection(site.campaign, site.establishment, leader) for _ in range(8)]
    return FieldTablet(lambda: "", office.enrols(leader), [site.inspection, *more], random.Random(7))


def _dies_at_every_step(
    server: KilledServer, dies_at: Path, one: FieldTablet, act: str, look: Callable[[], None], every: int = 1
) -> int:
    """Kill the server at step 1, 2, … of an act until it gets through; return at how many steps that was."""
    one.url = lambda: server.url
    one.prepares()
    for step in range(1, 500, every):
        dies_at.write_text(str(step), encoding="ascii")
        if survives(getattr(one, act)):
            dies_at.unlink()
            return step - 1
        server.is_up()
        look()
        one.resumes()
    raise AssertionError("an act of 500 steps")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("act", "steps", "every"), [("pushes", 15, 1), ("photographs", 20, 4), ("issues", 15, 2), ("leases", 5, 1)]
)
def test_a_death_at_any_step_leaves_all_or_nothing(
    app: Flask, settings: Settings, one: FieldTablet, tmp_path: Path, pytestconfig: pytest.Config,
    act: str, steps: int, every: int,
) -> None:  # fmt: skip
    if pytestconfig.getoption("--kills"):
        every = 1  # a long run leaves no step out
    with dying(settings, tmp_path) as (server, dies_at):
        passed = _dies_at_every_step(server, dies_at, one, act, lambda: look(app, settings, one), every)
        one.resumes()
        look(app, settings, one)
    assert not one.tablet.outbox
    assert passed >= steps


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_push_in_two_transactions_is_found_out(
    app: Flask, settings: Settings, one: FieldTablet, tmp_path: Path
) -> None:
    with dying(settings, tmp_path, "two-transactions") as (server, dies_at), pytest.raises(AssertionError):
        _dies_at_every_step(server, dies_at, one, "pushes", lambda: look(app, settings, one))
