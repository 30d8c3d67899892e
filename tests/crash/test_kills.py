"""kill -9 of a real gunicorn at random moments of push, photo, issue and lease; what was acknowledged is there (I10)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from server.settings import Settings
from tests.builders import Office
from tests.crash.field import FieldTablet, survives
from tests.crash.killed import KilledServer, look
from tests.server.api.wire import site_of

CHECK_EVERY = 10
"""Kills between two looks at everything: verifying the whole journal each time would be most of the test."""
WHOLE_SERVER_EVERY = 8
"""Kills of the worker alone; every so many, of the master too."""


@pytest.fixture
def server(settings: Settings, tmp_path: Path) -> Iterator[KilledServer]:
    """A serving server."""
    server = KilledServer(settings, tmp_path, options=("--preload",))
    try:
        server.starts()
        yield server
    finally:
        server.stops()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    app: Flask, settings: Settings, office: Office, server: KilledServer, kills: int, kill_seed: int
) -> None:
    dice = random.Random(kill_seed)
    print(f"seed {kill_seed}, {kills} kills")  # noqa: T201 - how to repeat a failure
    office.has_organisation()
    office.opens_series()
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    kit = office.enrols(leader)
    more = [office.plans_inspection(site.campaign, site.establishment, leader) for _ in range(kills // 5)]
    one = FieldTablet(lambda: server.url, kit, [site.inspection, *more], dice)
    one.prepares()
    acts: list[Callable[[], None]] = [one.pushes, one.photographs, one.issues, one.leases]
    times = {act: _warm(act) for act in acts}
    died_inside = 0
    for kill in range(1, kills + 1):
        act = dice.choices(acts, weights=(6, 6, 2, 1))[0]
        finished = _killed_meanwhile(server, act, dice.uniform(0, 1.6 * times[act]), kill)
        died_inside += not finished
        times[act] *= 0.9 if finished else 1.1  # the machine is busier now, or less, than when the act was timed
        server.is_up()
        if kill % CHECK_EVERY == 0:
            one.resumes()
            look(app, settings, one)
    one.resumes()
    look(app, settings, one)
    assert not one.tablet.outbox
    assert all(one.tablet.is_complete(photo) for photo in one.tablet.photos)
    print(f"{died_inside} of {kills} died with a request under way; {one.resent} operations were known already")  # noqa: T201 - what the run has shown
    assert died_inside >= kills // 5, "the kills came at the wrong moments: this run has shown nothing"


def _warm(act: Callable[[], None]) -> float:
    """Seconds that an act takes, the second time."""
    act()
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def _killed_meanwhile(server: KilledServer, act: Callable[[], None], after: float, kill: int) -> bool:
    """Kill the server some moment after an act began; say whether the act was finished all the same."""
    finished: list[bool] = []
    thread = threading.Thread(target=lambda: finished.append(survives(act)))
    thread.start()
    time.sleep(after)
    if kill % WHOLE_SERVER_EVERY == 0:
        server.dies()
        server.starts()
    else:
        server.loses_its_worker()
    thread.join(timeout=120)
    assert finished, "the act failed for another reason than the kill"
    return finished[0]
