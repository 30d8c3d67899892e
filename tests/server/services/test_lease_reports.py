"""After a restore the server takes back the leases that it forgot; a paper's signature is the word for its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from server.db.devices import Device
from server.db.journal import ServerState
from server.db.numbers import MinutesNumber
from server.errors import Problem
from server.services import enrolments, number_skips, numbers
from server.services.restore import RESTORED
from tests.builders import Office
from tests.server.api.wire import Wire, new_id

YEAR = datetime.now(UTC).year


@pytest.fixture
def tablet(office: Office, client: FlaskClient) -> Wire:
    """A leader's tablet in a department with a series."""
    office.opens_series()
    return Wire(client, office.enrols(office.hires("team_leader")))


def restores(office: Office, *, hours: int = 2) -> list[dict[str, Any]]:
    """Do to the numbers what a restore does."""
    now = datetime.now(UTC) + timedelta(seconds=1)
    with office.transaction() as session:
        session.execute(insert(ServerState).values(key=RESTORED, value=now.isoformat(), changed_at=now))
        return number_skips.skip(session, {}, made_at=now - timedelta(hours=hours), now=now)


def lease(first: int, last: int, **other: Any) -> dict[str, Any]:
    """A lease as a tablet remembers it."""
    return {"id": new_id(), "series": "BB-ĐKT", "year": YEAR, "from": first, "to": last, **other}


def statuses(office: Office) -> dict[int, str]:
    """The register."""
    with office.transaction() as session:
        return {row.number: row.status for row in numbers.register(session, "BB-ĐKT", YEAR)}


def test_numbers_that_may_be_out_are_skipped_and_explained(tablet: Wire, office: Office) -> None:
    granted = tablet.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": 5}).get_json()
    (skipped,) = [s for s in restores(office) if s["year"] == YEAR]
    assert (skipped["from"], skipped["to"]) == (6, 5 + numbers.MAX_COUNT + 2 * 5)
    assert set(statuses(office).values()) == {"outstanding", "skipped"}
    tablet.hello(leases=[{n: granted[n] for n in ("id", "series", "year", "from", "to")}])
    following = tablet.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": 5}).get_json()
    assert following["from"] == skipped["to"] + 1


def test_where_the_old_database_can_be_read_the_skip_is_exact(tablet: Wire, office: Office) -> None:
    now = datetime.now(UTC)
    with office.transaction() as session:
        skipped = number_skips.skip(session, {("BB-ĐKT", YEAR): 8}, made_at=now, now=now)
    assert {"series": "BB-ĐKT", "year": YEAR, "from": 1, "to": 7} in skipped


def test_a_forgotten_lease_is_taken_back(tablet: Wire, office: Office) -> None:
    restores(office)
    mine = lease(11, 20)
    said = tablet.hello(leases=[mine])
    assert [(one["id"], one["from"], one["to"]) for one in said["leases"]] == [(mine["id"], 11, 20)]
    assert said["refused_leases"] == []
    assert tablet.hello(leases=[mine])["refused_leases"] == []
    assert {n: s for n, s in statuses(office).items() if 10 <= n <= 21} == {
        10: "skipped", **dict.fromkeys(range(11, 21), "outstanding"), 21: "skipped",
    }  # fmt: skip


def test_of_two_that_claim_one_number_the_second_must_stop(tablet: Wire, office: Office, client: FlaskClient) -> None:
    restores(office)
    other = Wire(client, office.enrols(office.hires("team_leader")))
    first, second = lease(11, 20), lease(20, 25)
    assert tablet.hello(leases=[first])["refused_leases"] == []
    said = other.hello(leases=[second])
    assert [one["id"] for one in said["refused_leases"]] == [second["id"]]
    assert said["leases"] == []


def test_without_a_restore_an_unknown_lease_is_only_a_claim(tablet: Wire, office: Office) -> None:
    mine = lease(1, 5)
    assert [one["id"] for one in tablet.hello(leases=[mine])["refused_leases"]] == [mine["id"]]
    assert statuses(office) == {}


@pytest.mark.parametrize(
    "wrong",
    [{"series": "KHÔNG-CÓ"}, {"from": 20, "to": 11}, {"to": 5000}, {"from": 65_530, "to": 65_540}, {"year": 2019}],
)
def test_a_lease_that_never_could_be_is_refused(tablet: Wire, office: Office, wrong: dict[str, Any]) -> None:
    restores(office)
    assert len(tablet.hello(leases=[lease(11, 20, **wrong)])["refused_leases"]) == 1


@pytest.mark.parametrize("bad", [[1], [{}], [lease(1, 2) | {"id": "x"}], "leases", [lease(0, 2)]])
def test_a_senseless_list_of_leases_is_a_problem(tablet: Wire, bad: Any) -> None:
    body = {"client": {}, "leases": bad}
    assert tablet.post("/sync/hello", body).status_code == 400


def test_a_lease_given_back_after_the_backup_is_not_given_out_again(tablet: Wire, office: Office) -> None:
    granted = tablet.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": 3}).get_json()
    restores(office)
    assert tablet.hello(leases=[])["leases"] == []
    assert {n: s for n, s in statuses(office).items() if n <= 3} == dict.fromkeys((1, 2, 3), "skipped")
    with office.transaction() as session:
        assert session.get_one(MinutesNumber, ("BB-ĐKT", YEAR, granted["from"])).reason


def test_what_was_given_back_and_leased_again_after_the_backup_is_its_own(tablet: Wire, office: Office) -> None:
    tablet.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": 10})
    restores(office)
    again = lease(4, 10)
    said = tablet.hello(leases=[again])
    assert (said["refused_leases"], [(one["id"], one["from"], one["to"]) for one in said["leases"]]) == ([], [(again["id"], 4, 10)])  # fmt: skip
    assert [statuses(office)[n] for n in range(1, 11)] == ["skipped"] * 3 + ["outstanding"] * 7


def test_after_a_restore_a_known_key_may_enrol_again_for_its_owner_only(tablet: Wire, office: Office) -> None:
    restores(office)

    def enrols(person: Any) -> dict[str, Any]:
        with office.transaction() as session:
            made = enrolments.make_code(
                session, enrolments.user_with_id(session, person.id), public_url="https://h.vn", now=datetime.now(UTC)
            )
            return enrolments.enrol(session, code=made.code, tablet_name="Máy cũ", public_key=tablet.kit.public_key,
                                    now=datetime.now(UTC))  # fmt: skip

    with pytest.raises(Problem, match="đã được ghi danh"):
        enrols(office.hires("team_leader"))
    again = enrols(tablet.kit.user)
    assert again["device"]["id"] == tablet.kit.device_id
    assert tablet.post("/sync/hello", {"client": {}}).status_code == 401
    tablet.kit = type(tablet.kit)(
        tablet.kit.device_id, tablet.kit.user, again["token"], again["upload_token"], tablet.kit.key
    )
    assert tablet.hello()["next_device_seq"] == again["device"]["next_device_seq"]


def test_a_tablet_that_was_copied_is_told_to_stop_using_its_numbers(tablet: Wire, office: Office) -> None:
    granted = tablet.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": 5}).get_json()
    held = [{n: granted[n] for n in ("id", "series", "year", "from", "to")}]
    assert tablet.hello(leases=held)["refused_leases"] == []
    with office.transaction() as session:
        session.get_one(Device, tablet.kit.device_id).stopped_at = datetime.now(UTC)
    told = tablet.hello(leases=held)
    assert [(r["id"], "sao chép" in r["detail"]) for r in told["refused_leases"]] == [(granted["id"], True)]
