"""A verification team's day over the wire, on both engines: rolls reach their tablet alone, a serial is used once, rolls are counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.photos import PhotoUse
from server.db.sync import Quarantine
from server.db.users import User
from server.services import conflicts, journal
from sync.ids import answer_id, mark_id
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus
from tests.server.api.wire import AT, Wire, new_id


class Day:
    """A session with one slip and two tablets; the leader's roll is KD001 to KD010."""

    def __init__(self, app: Flask, office: Office) -> None:
        self.office, self.app = office, app
        self.people = office.hires("team_leader"), office.hires("inspector")
        self.site = office.registers_establishment()
        self.campaign = office.opens_campaign(self.people[0], [self.people[1]], establishments=[self.site],
                                              kind="kiem_dinh_luu_dong")  # fmt: skip
        self.scope = f"campaign:{self.campaign}"
        self.scales = [office.registers_instrument(self.site) for _ in range(2)]
        self.slip = office.plans_inspection(self.campaign, self.site, self.people[0])
        self.leader, self.member = (Wire(app.test_client(), office.enrols(person)) for person in self.people)
        self.roll = self.leases(self.leader, 1)
        self.session = new_id()
        self.leader.push(self.leader.op("verification_session", self.session, "create", self.scope,
                                        {"campaign_id": self.campaign, "on": "2026-11-24"}, parent=self.campaign))  # fmt: skip

    def leases(self, tablet: Wire, first: int) -> str:
        """Hand a tablet a roll of ten stickers."""
        device = tablet.kit.device_id
        return self.office.records("mark_lease", f"device:{device}", {
            "organisation_id": self.office.organisation_id, "kind": "sticker", "prefix": "KD", "digits": 3, "first": first,
            "last": first + 9, "device_id": device, "returned": [], "written_off": []})  # fmt: skip

    def sticks(self, tablet: Wire, number: int, scale: int = 0) -> dict[str, Any]:
        """Make the operation that records a sticker."""
        serial = f"KD{number:03d}"
        said = {"session_id": self.session, "kind": "sticker", "serial": serial, "lease_id": self.roll, "fate": "used",
                "inspection_id": self.slip, "instrument_id": self.scales[scale], "at": AT}  # fmt: skip
        return tablet.op("mark", mark_id(self.office.organisation_id, "sticker", serial), "create", self.scope, said,
                         parent=self.session)  # fmt: skip


@pytest.fixture
def day(app: Flask, office: Office) -> Day:
    """The day has begun."""
    office.has_organisation()
    return Day(app, office)


def test_a_roll_reaches_its_tablet_alone_and_nothing_else_of_the_devices_scope(day: Day, office: Office) -> None:
    office.records("known_gap", f"device:{day.leader.kit.device_id}", {"from": 1, "to": 2})
    own, others = day.leases(day.member, 11), day.roll
    for tablet in (day.leader, day.member):
        tablet.pull()
    assert ("mark_lease", day.roll) in day.leader.documents
    assert ("mark_lease", own) in day.member.documents
    assert ("mark_lease", others) not in day.member.documents
    assert not [key for key in day.leader.documents if key[0] == "known_gap"]
    assert day.leader.pull() == [], "what is not shown does not come again and again"
    foreign = day.member.op("mark_lease", others, "patch", f"device:{day.member.kit.device_id}", {"last": 99})
    assert day.member.one(foreign)["code"] == "server_kind"


def test_a_serial_used_by_two_tablets_at_once_stands_once_and_the_other_use_is_kept(
    day: Day, database: Session
) -> None:
    ops = [(day.leader, day.sticks(day.leader, 3)), (day.member, day.sticks(day.member, 3, scale=1))]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda one: one[0].one(one[1]), ops))
    assert sorted(r["code"] or "" for r in results) == ["", "mark_taken"]
    [taken] = [op for (_, op), r in zip(ops, results, strict=True) if r["code"]]
    [kept] = [op for (_, op), r in zip(ops, results, strict=True) if not r["code"]]
    mark = documents.get(database, "mark", kept["id"])
    assert mark is not None
    assert mark.state["instrument_id"] == kept["set"]["instrument_id"]
    row = database.scalars(select(Quarantine).where(Quarantine.op_id == taken["op_id"])).one()
    assert (row.code, row.state) == ("mark_taken", "quarantined")
    assert journal.verify(database).is_whole


def test_the_photo_of_one_spoiled_outside_any_slip_is_the_sessions(day: Day, database: Session) -> None:
    data, photo = jpeg(), new_id()
    record = {
        "session_id": day.session,
        "finding_id": None,
        "purpose": "evidence",
        "sha256": sha256(data),
        "taken_at": AT,
    }
    torn = day.sticks(day.leader, 4)
    torn["set"] |= {
        "fate": "spoiled",
        "inspection_id": None,
        "instrument_id": None,
        "reason": "Rách",
        "photo_ids": [photo],
    }
    taken = day.leader.op("photo", photo, "create", day.scope, record, parent=day.session)
    torn, taken = {**torn, "device_seq": taken["device_seq"]}, {**taken, "device_seq": torn["device_seq"]}
    assert [r["status"] for r in day.leader.push(taken, torn)["results"]] == ["applied"] * 2
    Tus(day.app.test_client(), day.leader.kit).send(data, photo)
    day.member.pull()
    kept = day.member.documents["photo", photo]["state"]
    assert (kept["status"], kept["session_id"], kept.get("inspection_id")) == ("complete", day.session, None)
    assert day.member.documents["mark", torn["id"]]["state"]["warnings"] == []
    assert database.get(PhotoUse, photo) is None, "it stands in no inspection, so nothing is said to stand there twice"
    assert Tus(day.app.test_client(), day.member.kit).ask("GET", f"/api/v1/photos/{photo}").data == data
    assert journal.verify(database).is_whole


def test_a_photo_is_of_an_inspection_or_of_a_session_that_is_there(day: Day, database: Session) -> None:
    def sent(**place: Any) -> dict[str, Any]:
        said = {"purpose": "evidence", "sha256": "a" * 64, **place}
        return day.leader.one(day.leader.op("photo", new_id(), "create", day.scope, said))

    assert sent()["code"] == "malformed"
    assert sent(inspection_id=day.slip, session_id=day.session)["code"] == "malformed"
    assert sent(session_id=day.slip)["status"] == "held", "no session of that id has come"
    assert sent(session_id=day.session)["status"] == "applied"
    row = database.scalars(select(Quarantine).where(Quarantine.state == "held")).one()
    assert row.inspection_id is None


def test_a_stocktake_is_told_what_should_be_there(day: Day) -> None:
    day.leader.push(day.sticks(day.leader, 1), day.sticks(day.leader, 2))
    said = {"session_id": day.session, "at": AT, "counts": [{"lease_id": day.roll, "counted": 7}]}
    found = day.leader.op("stocktake", new_id(), "create", day.scope, said, parent=day.session)
    assert day.leader.one(found)["status"] == "applied"
    day.member.pull()
    state = day.member.documents["stocktake", found["id"]]["state"]
    assert (state["expected"], state["difference"]) == ({day.roll: 8}, {day.roll: -1})


def test_the_verdicts_of_a_slip_follow_what_its_session_carries(day: Day, office: Office) -> None:
    slip = office.plans_inspection(day.campaign, day.site, day.people[0], ("mobile-verification",))
    scale = {"type": "weighing_instrument", "attributes": {"accuracy_class": "IIII", "e": "0.02", "unit": "kg"}}
    office.records(
        "instrument", "area:07213", {"establishment_id": day.site, **scale}, id=day.scales[0], parent=day.site
    )
    certificate = {"number": "V01", "issued_on": "2020-01-01", "valid_until": "2021-01-01"}
    weights = office.records("measurement_standard", "agency", {
        "kind": "mass", "name": "Bộ quả cân M1", "serial": "M1-07", "certificates": [certificate]})  # fmt: skip
    loads = answer_id(slip, "mobile-verification", "KD0902", day.scales[0], 0)
    said = {"inspection_id": slip, "checklist": "mobile-verification", "item": "KD0902", "subject_id": day.scales[0],
            "ordinal": 0, "rows": [{"load": "4", "indication": "4.02"}]}  # fmt: skip

    def verdict(*ops: dict[str, Any]) -> tuple[str, bool]:
        """Push, and read the verdict on the loads from what comes back to a tablet; whether it speaks of a certificate."""
        assert {result["code"] for result in day.leader.push(*ops)["results"]} == {None}
        day.member.pull()
        computed = day.member.documents["finding", loads]["state"]["computed"]
        return computed["verdict"], "hết hạn hiệu chuẩn" in computed["explanation"]

    belongs = day.leader.op("inspection", slip, "patch", day.scope, {"session_id": day.session, "status": "in_progress"},
                            base={"session_id": None, "status": "planned"})  # fmt: skip
    assert verdict(belongs, day.leader.op("finding", loads, "create", day.scope, said, parent=slip)) == ("pass", False)

    def carries(**fields: Any) -> dict[str, Any]:
        return day.leader.op(
            "verification_session", day.session, "patch", day.scope, fields, base=dict.fromkeys(fields)
        )

    assert verdict(carries(standards=[weights])) == ("inconclusive", True)
    assert verdict(carries(standard_overrides={weights: "Đã gửi hiệu chuẩn"})) == ("pass", True)


def test_two_places_of_one_session_are_shown_to_its_team_and_to_nobody_else(
    day: Day, office: Office, database: Session
) -> None:
    for tablet, place in ((day.leader, "Chợ Kép"), (day.member, "Nhà văn hóa Kép")):
        patch = tablet.op(
            "verification_session", day.session, "patch", day.scope, {"place": place}, base={"place": None}
        )
        assert tablet.one(patch)["code"] is None
    stranger = office.hires("inspector")
    shown = {
        person.id: conflicts.listing(database, database.get_one(User, person.id)) for person in (*day.people, stranger)
    }
    [line] = shown[day.people[1].id]
    assert (line.kind, line.site, list(line.fields)) == ("verification_session", "Chợ Kép", ["Vị trí"])
    assert shown[day.people[0].id] == [line]
    assert shown[stranger.id] == []


@pytest.mark.parametrize(
    ("kind", "said", "word"),
    [
        (
            "payment",
            {"lines": [{"amount": "30000"}], "method": "cash", "amount": "40000"},
            "không bằng các dòng cộng lại",
        ),
        ("payment", {"lines": [{"amount": "-1"}], "method": "cash", "amount": "-1"}, "Số tiền không được âm"),
        ("payment", {"lines": [], "method": "gold", "amount": "0"}, "Phải là một trong"),
        ("verification_session", {"on": "24/11/2026"}, "NNNN-TT-NN"),
        ("verification_session", {"on": "2026-11-24", "environment": [{"temperature": "25"}]}, "at: Thiếu trường này"),
    ],
)
def test_what_does_not_agree_is_kept_with_a_sentence(day: Day, kind: str, said: dict[str, Any], word: str) -> None:
    parent = ("inspection_id", day.slip) if kind == "payment" else ("campaign_id", day.campaign)
    fields = {parent[0]: parent[1], "at": AT, **said}
    found = day.leader.one(day.leader.op(kind, new_id(), "create", day.scope, fields, parent=parent[1]))
    assert (found["status"], found["code"]) == ("quarantined", "malformed")
    assert word in found["detail"]
