"""Two days in the field, the disk lost, yesterday's backup restored: tablets bring back all of it (I14, scenario 20)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.demo.day import SERIES, Day, Visit, now
from server.demo.link import Link, Refused
from server.demo.pictures import jpeg
from server.demo.serving import Server
from server.demo.tablet import Tablet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # three real servers in turn, a dozen commands
KINDS = ("inspection", "finding", "photo", "requirement", "minutes")
FIRST_TIME_ONLY = {"warnings"}


@dataclass
class Story:
    """What happened, and what the tablets held before the disk was lost."""

    day: Day
    late: Tablet
    late_visit: Visit
    before: dict[tuple[str, str], Any] = field(default_factory=dict)
    ops: list[str] = field(default_factory=list)
    hello: dict[str, Any] = field(default_factory=dict)
    bridge: tuple[int, int] = (0, 0)

    @property
    def tablets(self) -> list[Tablet]:
        """All three."""
        return [*self.day.tablets, self.late]


def picture_of(tablets: list[Tablet]) -> dict[tuple[str, str], Any]:
    """What tablets hold of everything that was recorded in the field; not when the server heard of it."""
    found = {}
    for tablet in tablets:
        for key, document in tablet.documents.items():
            if key[0] in KINDS:
                state = {k: v for k, v in document["state"].items() if k not in FIRST_TIME_ONLY}
                found[key] = {**state, "voided": (state.get("voided") or {}).get("reason")}
    return found


def sync(tablet: Tablet) -> None:
    """Deliver everything, bytes too, and fetch everything."""
    results = tablet.pushes()
    assert all(r["status"] in ("applied", "merged") for r in results), [r for r in results if r["code"]]
    tablet.pulls()
    tablet.uploads()
    tablet.pulls()


def another(day: Day, tablet: Tablet) -> Visit:
    """A planned inspection that this tablet's owner leads and nobody has touched."""
    taken = {visit.inspection for visit in day.visits}
    for (kind, id), document in sorted(tablet.documents.items()):
        state = document["state"]
        if kind == "inspection" and state["status"] == "planned" and id not in taken:
            team = tablet.documents["campaign", state["campaign_id"]]["state"]["team"]
            if any(m["user_id"] == tablet.user["id"] and m["role"] == "leader" for m in team):
                return Visit(tablet, state["checklists"][0]["code"], id)
    raise LookupError("no other inspection")


def enrols(day: Day, tablet: Tablet, username: str) -> None:
    """Enrol with the tablet's own key, by a new code."""
    tablet.enrols(json.loads(day.server.flask("tablets", "enrol", "--user", username, "--json"))["code"], "Máy thêm")


def first_day(day: Day, archive: Path) -> None:
    """Enrol, take numbers, inspect one site; the backup runs while the server serves."""
    day.opens()
    day.enrols()
    day.prepares()
    day._inspects(day.visits[0])
    sync(day.visits[0].tablet)
    said = json.loads(day.server.flask("backup", str(archive), "--json"))
    assert said["missing_blobs"] == []
    assert said["blobs"] == 1


def second_day(day: Day) -> Story:
    """Everything that the backup does not know: answers, photos, minutes, a void, a lease, a tablet."""
    for visit in day.visits[1:]:
        day._inspects(visit)
    day.issues()
    for tablet in day.tablets:
        sync(tablet)
    leader = sorted(name for name, role in day.roles.items() if role == "team_leader")[0]
    late = Tablet(Link(day.server.url), now)
    enrols(day, late, leader)
    late.says_hello()
    late.pulls()
    late.leases_numbers(SERIES, now().year, 5)
    visit = another(day, late)
    for pin in late.documents["inspection", visit.inspection]["state"]["checklists"]:
        day.checklists[pin["code"], pin["version"]] = late.fetches(f"/checklists/{pin['code']}/{pin['version']}")
    day._inspects(visit)
    blurred = late.photographs(visit.inspection, None, jpeg("mờ", now()))
    scope = late.documents["photo", blurred]["scope"]
    late.records("void", "photo", blurred, scope, {"reason": "Ảnh mờ"}, parent=visit.inspection)
    visit.minutes = late.issues(visit.inspection, day._lists_of(visit), day.rules)
    sync(late)
    story = Story(day, late, visit)
    for tablet in story.tablets:
        tablet.pulls()
    story.before = picture_of(story.tablets)
    story.ops = [op["op_id"] for tablet in story.tablets for op, _ in tablet.kept]
    return story


def disk_is_lost(day: Day, archive: Path) -> dict[str, Any]:
    """Lose database and photos; restore the first day."""
    day.server.stops()
    for file in day.server.folder.glob("demo.sqlite3*"):
        file.unlink()
    shutil.rmtree(day.server.folder / "blobs")
    said: dict[str, Any] = json.loads(day.server.flask("restore", str(archive), "--json"))
    day.server.starts()
    return said


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Both days, the loss, and the tablets coming home one after the other."""
    folder = tmp_path_factory.mktemp("restore")
    archive, day = folder / "day-1.zip", Day(Server(folder / "server"))
    try:
        first_day(day, archive)
        told = second_day(day)
        restored = disk_is_lost(day, archive)
        assert restored["journal"]["whole"]
        come_home(told)
        yield told
    finally:
        day.server.stops()


def come_home(story: Story) -> None:
    """First a tablet takes new numbers while another is still away with numbers that the server forgot."""
    first, second = story.day.tablets
    for tablet in (first, second):
        with pytest.raises(Refused) as refused:
            tablet.pulls()
        assert (refused.value.status, refused.value.problem["code"]) == (410, "resync")
        tablet.says_hello()
        sync(tablet)
    second.leases_numbers(SERIES, now().year, 5)
    story.bridge = second.leases[-1]["from"], second.leases[-1]["to"]

    with pytest.raises(Refused) as unknown:
        story.late.says_hello()
    assert unknown.value.status == 401
    story.late.token = ""
    leader = sorted(name for name, role in story.day.roles.items() if role == "team_leader")[0]
    enrols(story.day, story.late, leader)
    story.hello = story.late.says_hello()
    sync(story.late)
    for tablet in story.tablets:
        tablet.pulls()


def test_the_server_has_again_what_it_had(story: Story) -> None:
    assert picture_of(story.tablets) == story.before
    assert {key[0] for key in story.before} == set(KINDS)


def test_a_photo_delivered_after_the_backup_was_asked_for_again(story: Story) -> None:
    photos = [id for tablet in story.tablets for id in tablet.photos]
    assert len(photos) == 5
    assert all(story.before["photo", id]["status"] == "complete" for id in photos)
    verified = json.loads(story.day.server.flask("photos", "verify", "--json"))
    assert (verified["photos"], verified["faults"]) == (5, [])


def test_no_operation_is_lost_or_doubled(story: Story) -> None:
    import sqlite3

    with sqlite3.connect(story.day.server.folder / "demo.sqlite3") as connection:
        rows = connection.execute("SELECT op_id FROM journal WHERE op_id IS NOT NULL").fetchall()
        aside = connection.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    connection.close()
    held = [row[0] for row in rows]
    assert set(story.ops) <= set(held)
    assert len(held) == len(set(held))
    assert aside == 0


def test_no_number_is_issued_twice_and_every_one_is_explained(story: Story) -> None:
    year = str(now().year)
    register = json.loads(story.day.server.flask("numbers", "register", "--series", SERIES, "--year", year, "--json"))
    assert register["gaps"] == []
    (lease,) = story.hello["leases"]
    assert story.hello["refused_leases"] == []
    assert not set(range(lease["from"], lease["to"] + 1)) & set(range(story.bridge[0], story.bridge[1] + 1))
    issued = {r["number"]: r["minutes_id"] for r in register["rows"] if r["status"] in ("issued", "void")}
    printed = {d["number"]: id for (kind, id), d in story.before.items() if kind == "minutes"}
    assert issued == printed
    assert len(printed) == 4


def test_the_journal_is_whole_and_tells_of_the_restore(story: Story) -> None:
    assert json.loads(story.day.server.flask("journal", "verify", "--json"))["whole"]
