"""Acceptance scenarios 13, 14, 17 and the queue of 18, told with the model's tablets on the whole server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from sync.ids import answer_id
from tests.server.model.real import Database, RealDriver
from tests.sync.model.acts import fields_of
from tests.sync.model.driver import Gap
from tests.sync.model.papers import sign
from tests.sync.model.scene import CHECKLIST, Scene, Site
from tests.sync.model.tablet import Tablet


@pytest.fixture
def driver(app: Flask) -> RealDriver:
    """The whole server."""
    return RealDriver(app, Database(app).copy("pristine"))


@pytest.fixture
def scene(driver: RealDriver) -> Scene:
    """Two campaigns and two tablets: the first campaign's leader and a member of both; all have pulled."""
    scene = Scene(driver)
    scene.open(2)
    for tablet in scene.tablets:
        tablet.pull()
    return scene


def record(tablet: Tablet, site: Site, item: str = "FU02", b: int = 1) -> str:
    """Queue an answer; returns its id."""
    id = answer_id(site.inspection, CHECKLIST, item, None, 0)
    tablet.write("finding", id, site.scope, "create", fields_of(site, item, None, 0, b), parent=site.inspection)
    return id


def results(tablet: Tablet) -> list[dict[str, Any]]:
    """Deliver and return what the server said."""
    entries = tablet.batch()
    tablet.deliver()
    return [entry.result for entry in entries if entry.result is not None]


def outcomes(tablet: Tablet) -> list[tuple[str, str | None]]:
    """Deliver and return status and code of each."""
    return [(result["status"], result["code"]) for result in results(tablet)]


def amend_site(tablet: Tablet, site: Site, **said: str) -> None:
    """Queue a change of an establishment on top of what the tablet pulled."""
    held = tablet.held["establishment", site.establishment]
    base = {name: held.state.get(name) for name in said}
    tablet.write("establishment", site.establishment, held.scope, "patch", dict(said), base=base, base_rev=held.rev)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_13_two_inspectors_edit_one_station_in_either_order(scene: Scene, order: tuple[int, int]) -> None:
    site, (one, two) = scene.sites[0], scene.tablets
    amend_site(one, site, phone="0204.111", address="Thôn Trại")
    amend_site(two, site, phone="0204.222", name="Cửa hàng Song Mai")
    for place in order:
        scene.tablets[place].deliver()
    state = scene.driver.picture().documents["establishment", site.establishment].state
    assert (state["address"], state["name"]) == ("Thôn Trại", "Cửa hàng Song Mai"), "different fields merge"
    shown = {(state["phone"], None), *((r["value"], r["actor"]) for r in state["conflicts"]["phone"])}
    users = {"0204.111": one.user_id, "0204.222": two.user_id}
    assert {value for value, _ in shown} == set(users), "the same field shows both values, whatever the order"
    assert all(actor in (None, users[value]) for value, actor in shown)
    for tablet in scene.tablets:
        tablet.pull()
        assert tablet.held["establishment", site.establishment].state == state


@pytest.mark.parametrize("delete_first", [True, False])
def test_13_deleting_neither_resurrects_nor_erases(scene: Scene, *, delete_first: bool) -> None:
    site, (one, two) = scene.sites[0], scene.tablets
    id = record(one, site)
    one.deliver()
    two.pull()
    two.write("finding", id, site.scope, "delete", {}, base_rev=1)
    one.write("finding", id, site.scope, "patch", {"note": "Có chứng cứ"}, base={"note": "Hết hạn"}, base_rev=1)
    answers = [outcomes(tablet)[0] for tablet in ((two, one) if delete_first else (one, two))]
    finding = scene.driver.picture().documents["finding", id]
    if delete_first:
        assert answers == [("applied", None), ("quarantined", "deleted")]
        assert finding.deleted
    else:
        assert answers == [("applied", None), ("quarantined", "stale_delete")]
        assert finding.state["note"] == "Có chứng cứ"


def test_14_create_and_two_updates_arrive_as_3_1_2(scene: Scene) -> None:
    site, (one, two) = scene.sites[0], scene.tablets
    id = answer_id(site.inspection, CHECKLIST, "FU02", None, 0)
    two.write("finding", id, site.scope, "patch", {"note": "ba"}, base={"note": "hai"})
    assert outcomes(two) == [("held", "held_parent")]
    waiting = [row for row in scene.driver.picture().quarantine if row.state == "held"]
    assert [row.parent for row in waiting] == [id], "what waits is visible"
    record(one, site)
    one.write("finding", id, site.scope, "patch", {"note": "hai"}, base={"note": "Hết hạn"})
    assert outcomes(one) == [("applied", None), ("applied", None)]
    state = scene.driver.picture().documents["finding", id].state
    shown = {state["note"], *(r["value"] for r in state["conflicts"].get("note", []))}
    assert {"hai", "ba"} <= shown, "nothing is applied on a wrong base without saying so"


def test_14_nothing_is_taken_while_an_operation_is_missing(scene: Scene) -> None:
    site, (one, _) = scene.sites[0], scene.tablets
    for item in ("FU02", "FU03", "FU11"):
        record(one, site, item)
    first, *rest = [entry.raw for entry in one.outbox]
    with pytest.raises(Gap) as gap:
        scene.driver.push(one.device_id, rest)
    assert gap.value.next_device_seq == 1
    assert scene.driver.picture().children(site.inspection, "finding") == []
    assert [r["status"] for r in scene.driver.push(one.device_id, [first, *rest])["results"]] == ["applied"] * 3


def test_17_a_returned_inspection_opens_one_item_and_ends_in_an_amendment(scene: Scene, driver: RealDriver) -> None:
    site, (leader, _) = scene.sites[0], scene.tablets
    named, other = record(leader, site, "FU02"), record(leader, site, "FU03")
    leader.ask_numbers(2)
    leader.deliver()
    leader.pull()
    original = scene.shared.new_id()
    leader.write("minutes", original, site.scope, "create", sign(site, leader, 1), parent=site.inspection)
    assert outcomes(leader) == [("applied", None)]
    assert driver.review(site.inspection, "returned", [named])
    leader.pull()
    review = leader.held["inspection", site.inspection].state["review"]
    assert (review["decision"], review["items"]) == ("returned", [{"finding_id": named, "remark": "Xem lại"}])
    for id in (named, other):
        leader.write("finding", id, site.scope, "patch", {"note": "Đã đo lại"}, base={"note": "Hết hạn"})
    assert outcomes(leader) == [("applied", None), ("held", "after-issue")], "only the item named is open"
    leader.pull()
    amendment = sign(site, leader, 2, form="amendment", amends=original)
    leader.write("minutes", scene.shared.new_id(), site.scope, "create", amendment, parent=site.inspection)
    leader.deliver()
    picture = driver.picture()
    assert picture.documents["minutes", original].state["status"] == "amended"
    assert picture.documents["inspection", site.inspection].state["status"] == "issued"
    canonical = picture.documents["minutes", original].state["canonical"]
    assert {row["id"] for row in json.loads(canonical)["findings"]} == {named, other}, "the original stays as signed"


def test_18_a_shared_tablets_queues_flow_past_a_poisoned_record(scene: Scene, driver: RealDriver) -> None:
    site, (one, two) = scene.sites[0], scene.tablets
    record(one, site, "FU02")
    one.put({"op_id": scene.shared.new_id(), "kind": "finding", "set": {"value": 1.5}})
    record(one, site, "FU03")
    record(two, site, "FU11")
    kit = driver.kit_of(one.device_id)
    headers = {"Authorization": f"Bearer {kit.upload_token}"}
    body = {"protocol": 1, "epoch": "", "ops": [entry.raw for entry in one.outbox]}
    pushed = driver.client.post("/api/v1/sync/push", json=body, headers=headers)
    assert [r["status"] for r in pushed.get_json()["results"]] == ["applied", "quarantined", "applied"]
    assert driver.client.post("/api/v1/sync/pull", json={"cursor": None}, headers=headers).status_code == 403
    two.deliver()
    entries = [json.loads(entry) for _, entry, _ in driver.picture().journal[site.scope]]
    actors = {(e["set"]["item"], e["actor"]) for e in entries if e["kind"] == "finding"}
    assert actors == {("FU02", one.user_id), ("FU03", one.user_id), ("FU11", two.user_id)}
