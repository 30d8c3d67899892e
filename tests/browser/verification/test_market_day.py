"""Issue 7's day: two tablets at one table, sixty scales, no server anywhere; then everything agrees (decisions/0022)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.demo.serving import Office
from server.services import journal, mark_ledger, mark_stocktakes
from sync.paper_words import VIETNAM
from tests.browser.day.department import LEADER, Department
from tests.browser.day.leader import code_of
from tests.browser.day.tablet import FieldTablet
from tests.browser.verification.hands import Hands
from tests.browser.verification.market import AREA, CERTIFICATES, PLACE, RECORDS, Market
from tests.pictures import sha256

pytestmark = pytest.mark.timeout(900)
OTHER = "truongdoan2"
OWNERS, EACH = 10, 3
"""Owners at each of the two tablets, and what each brings: sixty scales."""
PASSES, FAILS = "0.02", "0.05"
"""How far a scale is off at half of its load (kg); the limit there is 0,03."""
STICKERS = 40
Done = list[dict[str, Any]]


@pytest.fixture
def market(founded: Department, tmp_path: Path) -> Iterator[Market]:
    """A campaign with two verifiers."""
    made = Market.prepared(founded.copied(tmp_path / "server"), team=(LEADER, OTHER))
    made.department.server.starts()
    yield made
    made.department.server.stops()


def owners(place: str) -> list[dict[str, Any]]:
    """Who stands in the queue of a tablet: every fourth scale is over the limit; one sticker tears at the first tablet."""
    return [
        {"name": f"Hộ kinh doanh {place}{n + 1:02d}", "area": AREA,
         "scales": [{"serial": f"{place}{n:02d}{m}", "error": FAILS if (n * EACH + m) % 4 == 3 else PASSES,
                     "spoils": (place, n, m) == ("A", 1, 1)} for m in range(EACH)]}
        for n in range(OWNERS)
    ]  # fmt: skip


def test_sixty_scales_on_two_tablets_offline(market: Market, tablet_for: Callable[..., FieldTablet]) -> None:
    department = market.department
    one, two = (ready(market, tablet_for(user, name)) for user, name in ((LEADER, "Máy bàn 1"), (OTHER, "Máy bàn 2")))
    session = one.does("begins", market.campaign, opening(market))
    for hands in (one, two):
        hands.tablet.syncs()
        hands.does("keepsKeys")

    department.stops()
    one.serves(session, owners("A"))
    two.serves(session, owners("B"))
    done = one.served(), two.served()
    every = [*done[0], *done[1]]
    brought = [scale["error"] for place in "AB" for owner in owners(place) for scale in owner["scales"]]
    assert [each["verdict"] for each in every] == ["fail" if error == FAILS else "pass" for error in brought]
    for hands in (one, two):
        hands.does("counts", session)
    kept = {
        id: hands.does("paper", id)["sha256"]
        for hands, own in zip((one, two), done, strict=True)
        for id in papers_in(own)
    }
    first = passed(done[0])[0]
    code = code_of(one.pdf(first["certificate"]))
    assert one.does("scans", code)["outcome"] == "valid"
    assert one.does("knows", "instrument", first["instrument"])["mark_serial"] == first["sticker"], (
        "the register follows at once"
    )

    department.server.starts()
    for hands in (one, two, one):
        hands.tablet.syncs()
    assert department.quarantined() == {}
    slips = slips_of(department, session)
    numbers_are_unique(department, slips, every, kept)
    slips_are_closed(slips, every)
    ledger_balances(market, every)
    register_follows(department, every)
    office = department.office()
    assert {id: sha256(fetched(office, id)) for id in kept} == kept
    department.stops()
    assert two.does("scans", code)["outcome"] == "valid", "a paper of another tablet is known by its seal alone"
    for sign in (first["sticker"], code):
        found = two.does("compares", first["instrument"], sign)
        assert found["result"] == "matches", found
    other = passed(done[1])[0]
    assert two.does("compares", first["instrument"], other["sticker"])["result"] == "differs"


def opening(market: Market) -> dict[str, Any]:
    """What the leader writes when the session opens."""
    [weights] = [id for id, s in market.department.states("measurement_standard").items() if "M1" in s["name"]]
    campaign = market.department.states("campaign")[market.campaign]
    return {"on": datetime.now(VIETNAM).date().isoformat(), "place": PLACE, "area_code": AREA, "standards": [weights],
            "verifiers": [member["user_id"] for member in campaign["team"]]}  # fmt: skip


def fetched(office: Office, minutes: str) -> bytes:
    """The PDF that the server makes of a paper."""
    cookies = "; ".join(f"{name}={value}" for name, value in office.cookies.items())
    answer = office("GET", f"/api/v1/minutes/{minutes}.pdf", {"Cookie": cookies}, b"")
    assert answer.status == 200, answer.body[:300]
    return bytes(answer.body)


def ready(market: Market, tablet: FieldTablet) -> Hands:
    """Take numbers and stickers for the day."""
    hands = Hands(tablet)
    hands.does("asks", market.organisation, [RECORDS, CERTIFICATES], 40, STICKERS)
    tablet.syncs()
    return hands


def passed(done: Done) -> Done:
    """Those with sticker and certificate."""
    return [each for each in done if each["verdict"] == "pass"]


def papers_in(done: Done) -> list[str]:
    """The papers of a tablet."""
    return [id for each in done for id in (each["record"], each.get("certificate")) if id]


def slips_of(department: Department, session: str) -> dict[str, dict[str, Any]]:
    """The slips of this day: the demo's department had one before."""
    return {id: state for id, state in department.states("inspection").items() if state.get("session_id") == session}


def numbers_are_unique(
    department: Department, slips: dict[str, dict[str, Any]], done: Done, kept: dict[str, str]
) -> None:
    papers = {id: state for id, state in department.states("minutes").items() if state["inspection_id"] in slips}
    assert papers.keys() == kept.keys()
    assert {state["status"] for state in papers.values()} == {"issued"}
    numbers = Counter((state["series"], state["number"]) for state in papers.values())
    assert set(numbers.values()) == {1}
    assert Counter(series for series, _ in numbers) == {RECORDS: len(done), CERTIFICATES: len(passed(done))}
    assert len({each["sticker"] for each in passed(done)}) == len(passed(done))


def slips_are_closed(slips: dict[str, dict[str, Any]], done: Done) -> None:
    assert slips.keys() == {each["slip"] for each in done}
    assert len({state["slip"] for state in slips.values()}) == 2 * OWNERS
    assert {len(state["handed_back"]) for state in slips.values()} == {EACH}
    assert {state["status"] for state in slips.values()} == {"issued"}


def ledger_balances(market: Market, done: Done) -> None:
    with market.department.looks() as session:
        assert journal.verify(session).is_whole
        ledger, counted = mark_ledger.load(session), mark_stocktakes.stocktakes(session)
        ours = [roll for roll in ledger.rolls if roll.batch.state["organisation_id"] == market.organisation]
        [roll] = [roll for roll in ours if roll.batch.state["kind"] == "sticker"]
        marks = mark_ledger.marks_of(session, roll, roll.numbers()).values()
        session.connection().engine.dispose()
    left = 2 * STICKERS - len(passed(done)) - 1
    assert {fate: count for fate, count in roll.counts.items() if count} == {
        "stock": len(roll.fates) - 2 * STICKERS, "held": left, "used": len(passed(done)), "spoiled": 1,
    }  # fmt: skip
    assert ledger.findings == []
    used = {mark.serial: mark.row.state["instrument_id"] for mark in marks if mark.fate == "used"}
    assert used == {each["sticker"]: each["instrument"] for each in passed(done)}
    [spoiled] = [mark.row.state for mark in marks if mark.fate == "spoiled"]
    assert market.department.states("photo")[spoiled["photo_ids"][0]]["status"] == "complete"
    assert [one.state for one in counted] == ["agrees", "agrees"]
    rows = [count for one in counted for count in one.counts if count.kind == "Tem"]
    assert sum(row.counted for row in rows) == left
    assert [(row.then, row.now) for row in rows] == [(row.counted, row.counted) for row in rows]


def register_follows(department: Department, done: Done) -> None:
    instruments, papers = department.states("instrument"), department.states("minutes")
    for each in done:
        state = instruments[each["instrument"]]
        told = state["mark_serial"], state["certificate_number"], state["verified_until"]
        if each["verdict"] == "pass":
            said = json.loads(papers[each["certificate"]]["canonical"])
            assert told == (each["sticker"], said["number"]["text"], said["verification"]["valid_until"]["day"])
        else:
            assert told == (None, None, None)
