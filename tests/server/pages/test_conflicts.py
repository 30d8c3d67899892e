"""/conflicts: both values with author, time and tablet; a person's choice goes through the tablets' own core."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db import documents
from server.db.journal import JournalEntry
from server.services import journal
from tests.builders import Office
from tests.server.api.wire import Site, Wire, site_of
from tests.server.pages.scene import NASTY, Desk


class Pair:
    """Two inspectors who saw the same and wrote differently."""

    def __init__(self, office: Office, client: FlaskClient) -> None:
        self.office = office
        self.leader, self.member = (
            office.hires("team_leader", "Trần Văn Trưởng"),
            office.hires("inspector", "Lê Thị Thành Viên"),
        )
        self.supervisor = office.hires("supervisor", "Nguyễn Thanh Bình")
        self.site: Site = site_of(office, self.leader, self.member)
        self.one = Wire(client, office.enrols(self.leader, "Máy 1"))
        self.other = Wire(client, office.enrols(self.member, "Máy 2"))

    def disagrees(
        self, kind: str, id: str, scope: str, base: dict[str, Any], one: Any, other: Any, **more: Any
    ) -> None:
        """Both patch one document from one base."""
        for wire, said in ((self.one, one), (self.other, other)):
            wire.push(wire.op(kind, id, "patch", scope, said, base=base, base_rev=1, **more))

    def state(self, kind: str, id: str) -> dict[str, Any]:
        """A document as it stands."""
        with self.office.transaction() as session:
            found = documents.get(session, kind, id)
            assert found is not None
            return dict(found.state)


@pytest.fixture
def pair(office: Office, client: FlaskClient) -> Pair:
    """A team of two."""
    return Pair(office, client)


@pytest.fixture
def desk(pair: Pair) -> Desk:
    """The supervisor, signed in."""
    return Desk(pair.office.app.test_client()).signs_in(pair.supervisor)


def rival_of(page: str) -> str:
    """The first rival's choice on a page."""
    return str(re.findall(r'name="choice" value="([0-9a-f-]{36})"', page)[0])


def of_answer(pair: Pair) -> str:
    """Two answers to one item; return the finding's id."""
    site = pair.site
    pair.one.push(pair.one.finding(site, set={"answer": "conforming", "values": {"number": "01/GCN"}}))
    pair.other.push(pair.other.finding(site, set={"answer": "nonconforming", "values": {"number": NASTY}}))
    return site.finding_id("FU02")


def test_both_values_with_author_and_tablet_and_one_is_chosen(desk: Desk, pair: Pair) -> None:
    assert "Không có chỗ nào" in desk.opens("/conflicts")
    id = of_answer(pair)
    path = f"/conflicts/finding/{id}"
    listed = desk.opens("/conflicts")
    assert path in listed
    assert "Cửa hàng xăng dầu số 1" in listed
    page = desk.opens(f"/inspections/{pair.site.inspection}")
    assert "Đang dùng – Trần Văn Trưởng, " in page, "beside the result, too"
    for said in (
        "Trần Văn Trưởng",
        "Máy 1",
        "Lê Thị Thành Viên",
        "Máy 2",
        "Đạt",
        "Không đạt",
        "&lt;script&gt;alert(1)",
    ):
        assert said in page, said
    assert "<script>alert" not in page
    assert (
        desk.sends(page, path, choice=rival_of(page)).headers["Location"]
        == f"/inspections/{pair.site.inspection}#conflicts"
    )
    state = pair.state("finding", id)
    assert (state["answer"], sorted(state["conflicts"])) == ("nonconforming", ["values.number"])
    with pair.office.transaction() as session:
        entries = [json.loads(e) for e in session.scalars(select(JournalEntry.entry).where(JournalEntry.doc_id == id))]
        made = next(e for e in entries if e["type"] == "resolve")
        assert (made["actor"], made["device"], made["set"]) == (pair.supervisor.id, None, {"answer": "nonconforming"})
        assert journal.verify(session).is_whole
    pair.one.pull()
    assert pair.one.documents["finding", id]["state"]["answer"] == "nonconforming"


def test_a_key_of_a_map_takes_a_third_value(desk: Desk, pair: Pair) -> None:
    id = of_answer(pair)
    path = f"/conflicts/finding/{id}"
    assert desk.sends(desk.opens(path), path, choice="kept").status_code == 303
    page = desk.opens(path)
    assert desk.sends(page, path, choice="other", other="02/GCN").status_code == 303
    state = pair.state("finding", id)
    assert (state["answer"], state["values"]["number"], state["conflicts"]) == ("conforming", "02/GCN", {})
    assert "Không còn chỗ nào" in desk.opens(path)
    again = desk.sends(page, path, choice="other", other="03/GCN")
    assert again.status_code == 409
    assert "đã được giải quyết" in again.get_data(as_text=True)


def test_what_changed_meanwhile_is_shown_again(desk: Desk, pair: Pair) -> None:
    id, site = of_answer(pair), pair.site
    path = f"/conflicts/finding/{id}"
    page = desk.opens(path)
    pair.one.push(
        pair.one.op("finding", id, "patch", site.scope, {"answer": "not_checked"}, base={"answer": "conforming"})
    )
    late = desk.sends(page, path, choice="kept")
    assert late.status_code == 409
    said = late.get_data(as_text=True)
    assert "Có thay đổi sau khi bạn mở trang" in said
    assert "Không kiểm tra" in said
    assert "answer" in pair.state("finding", id)["conflicts"]
    for choice, other in (("other", "maybe"), ("x", ""), ("", "")):
        assert desk.sends(desk.opens(path), path, choice=choice, other=other).status_code == 400
    assert pair.state("finding", id)["answer"] == "not_checked"


def test_sites_instruments_and_the_inspection_itself(desk: Desk, pair: Pair) -> None:
    site, area = pair.site, "area:07213"
    pair.disagrees("establishment", site.establishment, area, {"phone": ""}, {"phone": "0204"}, {"phone": NASTY})
    pair.disagrees("instrument", site.instrument, area, {"serial": "A-1", "attributes": {}},
                   {"serial": "A-2", "attributes": {"nozzles": "2"}}, {"serial": "A-3", "attributes": {"nozzles": "3"}})  # fmt: skip
    pair.disagrees(
        "inspection", site.inspection, site.scope, {"conclusion": None}, {"conclusion": "Một"}, {"conclusion": "Hai"}
    )
    [rival] = pair.state("establishment", site.establishment)["conflicts"]["phone"]
    assert (rival["actor"], rival["kept"]["actor"]) == (pair.member.id, pair.leader.id)
    pair.office.records("establishment", area, {**pair.state("establishment", site.establishment), "phone": "0203"},
                        id=site.establishment)  # fmt: skip
    [rival] = pair.state("establishment", site.establishment)["conflicts"]["phone"]
    assert (rival["actor"], "kept" in rival) == (pair.member.id, False), (
        "the office wrote over what the leader had kept"
    )
    page = desk.opens(f"/inspections/{site.inspection}")
    assert "Hai người ghi khác nhau (4)" in page
    assert page.count('action="/conflicts/') == 4
    for kind, id, wanted in (
        ("establishment", site.establishment, {"phone": "0204000"}),
        ("instrument", site.instrument, {"attributes": {"nozzles": "4"}, "serial": "A-4"}),
        ("inspection", site.inspection, {"conclusion": "Ba"}),
    ):  # fmt: skip
        path = f"/conflicts/{kind}/{id}"
        assert path in desk.opens("/conflicts")
        for value in wanted.values():
            text = str(value["nozzles"] if isinstance(value, dict) else value)
            assert desk.sends(desk.opens(path), path, choice="other", other=text).status_code == 303
        state = pair.state(kind, id)
        assert {n: state[n] for n in wanted} == wanted
        assert state["conflicts"] == {}
    assert "Không có chỗ nào" in desk.opens("/conflicts")


def test_tables_and_lists_take_json_or_lines(desk: Desk, pair: Pair) -> None:
    site = pair.site
    rows = [{"flow_regime": "maximum", "v_pr": "20", "v_fd": "20.00", "v_ref": "19.85"}]
    for wire, ref in ((pair.one, "19.85"), (pair.other, "19.99")):
        wire.push(
            wire.finding(
                site, "FU14", set={"answer": None, "subject_id": site.instrument, "rows": [{**rows[0], "v_ref": ref}]}
            )
        )
    path = f"/conflicts/finding/{site.finding_id('FU14', site.instrument)}"
    for wrong in ("{", "5", '[{"v_ref": 5}]'):
        assert desk.sends(desk.opens(path), path, choice="other", other=wrong).status_code == 400, wrong
    good = json.dumps([{**rows[0], "v_ref": "19.90"}])
    assert desk.sends(desk.opens(path), path, choice="other", other=good).status_code == 303
    state = pair.state("finding", site.finding_id("FU14", site.instrument))
    assert state["rows"][0]["v_ref"] == "19.90"
    assert state["computed"]["errors"], "the verdict follows the chosen readings"


def test_the_team_settles_its_own_and_others_see_nothing(pair: Pair) -> None:
    id = of_answer(pair)
    path = f"/conflicts/finding/{id}"
    stranger = Desk(pair.office.app.test_client()).signs_in(pair.office.hires("inspector", "Người Ngoài"))
    stranger.opens(path, 404)
    assert "Không có chỗ nào" in stranger.opens("/conflicts")
    clerk = Desk(pair.office.app.test_client()).signs_in(pair.office.hires("clerk"))
    assert 'type="radio"' not in clerk.opens(path)
    member = Desk(pair.office.app.test_client()).signs_in(pair.member)
    page = member.opens(path)
    token = clerk.opens("/conflicts").split('name="csrf_token" value="')[1].split('"')[0]
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]
    assert (
        clerk.client.post(
            path, data={"csrf_token": token, "path": "answer", "seen": seen, "choice": "kept"}
        ).status_code
        == 403
    )
    assert member.sends(page, path, choice=rival_of(page)).status_code == 303
    assert pair.state("finding", id)["answer"] == "nonconforming"
    member.opens("/conflicts/minutes/" + id, 404)


def test_issued_results_keep_their_value(desk: Desk, pair: Pair) -> None:
    id = of_answer(pair)
    state = pair.state("inspection", pair.site.inspection)
    pair.office.records("inspection", pair.site.scope, {**state, "status": "issued"}, id=pair.site.inspection)
    path = f"/conflicts/finding/{id}"
    page = desk.opens(path)
    refused = desk.sends(page, path, choice=rival_of(page))
    assert refused.status_code == 409
    assert "Biên bản đã phát hành" in refused.get_data(as_text=True)
    assert desk.sends(page, path, choice="kept").status_code == 303
    after = pair.state("finding", id)
    assert (after["answer"], sorted(after["conflicts"])) == ("conforming", ["values.number"])
