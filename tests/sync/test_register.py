"""The register follows the paper: by example, by the file that the tablet's tests read too, and by law."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists import catalog
from checklists.model import Checklist
from sync import seal
from sync.ids import answer_id
from sync.register import CERTIFICATE, LOG, RECORD, WRITTEN, Told, entered, taken_back, told
from tests.sync.market import Market, open_market
from tests.sync.tablet import Tablet
from tests.sync.world import Server

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "register.json").read_text(encoding="utf-8"))
BEFORE = {"verified_until": "2026-05-01", "mark_serial": "KD25-0009", "certificate_number": "09/GCN"}


def paper(market: Market, tablet: Tablet, number: int, scale: str, /, *, form: str = CERTIFICATE, result: str = "pass",
          at: int = 0, closes: bool = False, **more: Any) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Send a sealed paper about one scale; returns its id and the result."""
    marks = {"stickers": [{"serial": f"KD26-{number:04d}", "place": "mặt trước"}]}
    said = {"instrument": {"id": scale}, "conclusion": result, "valid_until": {"day": f"2027-11-{number:02d}"}, **marks}
    canonical = seal.canonical_text({"form": form, "findings": [], "number": {"number": number, "text": f"{number:02d}/GCN"},
                                     "verification": said})  # fmt: skip
    issued = 1_795_500_000 + at
    claims = seal.Claims(series="GCN", year=2026, number=number, issued_at=issued, sha256=seal.digest(canonical),
                         establishment=market.establishment)  # fmt: skip
    cose = base64.urlsafe_b64encode(seal.seal(claims, market.server.keys[tablet.device_id])).rstrip(b"=").decode()
    id = market.server.new_id()
    fields = {"inspection_id": market.slip, "form": form, "closes": closes, "series": "GCN", "year": 2026, "number": number,
              "canonical": canonical, "cose": cose, "issued_at": datetime.fromtimestamp(issued, UTC).isoformat(),
              "amends": None, "instrument_id": scale, **more}  # fmt: skip
    return id, tablet.do("minutes", id, market.scope, "create", parent=market.slip, set=fields)


@pytest.fixture
def market() -> Market:
    """A market whose tablets hold numbers of certificates, and a first scale that was verified last year."""
    found = open_market(Server())
    found.server.lease(found.leader.device_id, 1, 9, series="GCN")
    found.server.lease(found.member.device_id, 10, 19, series="GCN")
    scale = found.scales[0]
    known = found.server.documents["instrument", scale].state
    found.server.office("instrument", scale, found.area, {**known, **BEFORE}, parent=found.establishment)
    return found


def said_of(market: Market, scale: str) -> tuple[Any, ...]:
    state = market.server.state("instrument", scale)
    return tuple(state.get(name) for name in WRITTEN)


def test_a_certificate_writes_the_register_and_a_verifier_may_issue_it(market: Market) -> None:
    _, result = paper(market, market.member, 10, market.scales[0])
    assert (result["status"], result["code"]) == ("applied", None)
    assert said_of(market, market.scales[0]) == ("2027-11-10", "KD26-0010", "10/GCN")
    _, notice = paper(market, market.member, 11, market.scales[0], form="inspection")
    assert market.server.state("minutes", _)["warnings"][0]["code"] == "not_leader", notice


def test_who_is_neither_leader_nor_verifier_issues_no_certificate_without_a_number(market: Market) -> None:
    market.server.change_device(market.member.device_id, verified_campaigns=frozenset())
    _, result = paper(market, market.member, 3, market.scales[0])
    assert (result["status"], result["code"]) == ("quarantined", "not_leader")
    assert said_of(market, market.scales[0]) == tuple(BEFORE.values())


def test_a_failing_record_empties_and_a_void_one_brings_back(market: Market) -> None:
    scale = market.scales[0]
    id, _ = paper(market, market.leader, 1, scale, form=RECORD, result="fail")
    assert said_of(market, scale) == (None, None, None)
    market.leader.do("minutes", id, market.scope, "void", set={"reason": "Đọc nhầm số"})
    assert said_of(market, scale) == tuple(BEFORE.values())
    assert market.server.state("instrument", scale)[LOG] == []


def test_the_paper_issued_last_speaks_in_whatever_order_they_arrive(market: Market) -> None:
    scale = market.scales[0]
    paper(market, market.member, 10, scale, at=6000)
    late, _ = paper(market, market.leader, 1, scale, form=RECORD, result="fail", at=0)
    assert said_of(market, scale) == ("2027-11-10", "KD26-0010", "10/GCN")
    second = market.server.state("instrument", scale)[LOG][1]["minutes_id"]
    market.member.do("minutes", second, market.scope, "void", set={"reason": "In hỏng"})
    assert said_of(market, scale) == (None, None, None), "the failure before it stands"
    market.leader.do("minutes", late, market.scope, "void", set={"reason": "Đọc nhầm"})
    assert said_of(market, scale) == tuple(BEFORE.values())


def test_what_the_office_wrote_since_stays_when_a_paper_is_voided(market: Market) -> None:
    scale = market.scales[0]
    id, _ = paper(market, market.leader, 1, scale)
    state = market.server.documents["instrument", scale].state
    market.server.office(
        "instrument", scale, market.area, {**state, "mark_serial": "KD26-0777"}, parent=market.establishment
    )
    market.leader.do("minutes", id, market.scope, "void", set={"reason": "In hỏng"})
    assert said_of(market, scale) == ("2027-11-01", "KD26-0777", "01/GCN")


def test_a_conflicting_paper_and_one_of_another_instrument_write_nothing(market: Market) -> None:
    paper(market, market.leader, 1, market.scales[1])
    taken, _ = paper(market, market.leader, 1, market.scales[0])
    assert market.server.state("minutes", taken)["status"] == "conflicting"
    other, _ = paper(market, market.leader, 2, market.scales[0], instrument_id=market.scales[1])
    strange, _ = paper(market, market.leader, 3, market.server.new_id())
    for id in (other, strange):
        assert "no_instrument" in [w["code"] for w in market.server.state("minutes", id)["warnings"]]
    assert said_of(market, market.scales[0]) == tuple(BEFORE.values())


def test_the_way_of_a_certificate_is_appended_after_issue(market: Market) -> None:
    id, _ = paper(market, market.leader, 1, market.scales[0], closes=True)
    signed = {"step": "signed", "name": "Ông Hà", "at": "2026-11-25T08:00:00+07:00"}
    delivered = {"step": "delivered", "to": "Bà Lan", "at": "2026-11-26T08:00:00+07:00"}
    steps = ((market.leader, signed), (market.member, delivered), (market.member, delivered))
    done = [tablet.do("minutes", id, market.scope, "append", set={"handling": [step]}) for tablet, step in steps]
    assert [each["status"] for each in done] == ["applied", "merged", "merged"], "a log with more in it is told whole"
    state = market.server.state("minutes", id)
    assert sorted(state["handling"], key=lambda row: row["at"]) == [signed, delivered]
    assert state["status"] == "issued"
    more = market.leader.do("minutes", id, market.scope, "append", set={"handling": [], "closes": False})
    assert (more["status"], more["code"]) == ("quarantined", "exists")
    early = market.leader.do("minutes", market.server.new_id(), market.scope, "append", set={"handling": [signed]})
    assert (early["status"], early["code"]) == ("held", "held_parent")


def test_a_closed_slip_takes_money_and_hands_back_but_nothing_else(market: Market) -> None:
    market.leader.do("inspection", market.slip, market.scope, set={"status": "in_progress"}, base={"status": "planned"})
    paper(market, market.leader, 1, market.scales[0], form=RECORD, result="fail", closes=True)
    assert market.server.state("inspection", market.slip)["status"] == "issued"
    back = {market.scales[0]: {"at": "2026-11-24T16:00:00+07:00", "to": "Bà Lan"}}
    done = market.member.do("inspection", market.slip, market.scope, set={"handed_back": back})
    assert done["code"] is None
    late = market.member.do("inspection", market.slip, market.scope, set={"handed_back": back, "conclusion": "Đạt"})
    assert (late["status"], late["code"]) == ("held", "after-issue")
    paid = market.member.do("payment", market.server.new_id(), market.scope, "create", parent=market.slip, set={
        "inspection_id": market.slip, "lines": [], "method": "cash", "amount": "0", "at": "2026-11-24T16:00:00+07:00"})  # fmt: skip
    assert paid["status"] == "applied"


def test_voiding_the_record_that_closed_a_slip_opens_it_for_the_correction(market: Market) -> None:
    def status() -> str:
        return str(market.server.state("inspection", market.slip)["status"])

    market.leader.do("inspection", market.slip, market.scope, set={"status": "in_progress"}, base={"status": "planned"})
    first, _ = paper(market, market.leader, 1, market.scales[0], form=RECORD)
    last, _ = paper(market, market.leader, 2, market.scales[1], form=RECORD, result="fail", closes=True)
    assert status() == "issued"
    photo = {"inspection_id": market.slip, "purpose": "signed_paper", "sha256": "b" * 64, "minutes_id": first}
    market.leader.do("photo", market.server.new_id(), market.scope, "create", parent=market.slip, set=photo)
    market.leader.do("minutes", last, market.scope, "void", set={"reason": "Ghi nhầm số đọc"})
    assert status() == "in_progress", "the photo is of another paper, so nobody has to let it through"
    edit = market.leader.do(
        "inspection", market.slip, market.scope, set={"conclusion": "Đạt"}, base={"conclusion": None}
    )
    assert edit["code"] is None
    paper(market, market.leader, 3, market.scales[1], form=RECORD, closes=True)
    assert status() == "issued"
    held = market.leader.do("minutes", first, market.scope, "void", set={"reason": "Nhầm"})
    assert (held["status"], held["code"]) == ("held", "after-issue"), "its own signed pages are there"
    assert status() == "issued"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: str(case["name"]))
def test_both_sides_follow_alike(case: dict[str, Any]) -> None:
    state = case["instrument"]
    for step in case["steps"]:
        if "void" in step:
            state = taken_back(state, step["void"])
        elif (said := told(step["id"], step["form"], step["issued_at"], step["document"])) is not None:
            state = entered(state, said)
    assert {name: state.get(name) for name in WRITTEN} == case["written"]


PAPER = st.builds(
    lambda n, at, fails: Told(f"m{n}", "i", RECORD if fails else CERTIFICATE, at, "", dict.fromkeys(WRITTEN, None if fails else f"v{n}")),
    st.integers(0, 9), st.integers(0, 3), st.booleans(),
)  # fmt: skip


@given(papers=st.lists(PAPER, max_size=6, unique_by=lambda p: p.minutes_id), data=st.data())
def test_the_order_of_arrival_never_matters_and_voiding_all_brings_back_the_beginning(
    papers: list[Told], data: st.DataObject
) -> None:
    def after(order: list[Told]) -> dict[str, Any]:
        state: dict[str, Any] = dict(BEFORE)
        for each in order:
            state = entered(state, each)
            assert entered(state, each) == state, "the same paper again is nothing new"
        return state

    one, other = after(papers), after(data.draw(st.permutations(papers)))
    assert one == other
    gone = data.draw(st.permutations(papers))
    kept = data.draw(st.integers(0, len(gone)))
    for each in gone[:kept]:
        one = taken_back(one, each.minutes_id)
    assert {name: one[name] for name in WRITTEN} == {name: after(gone[kept:])[name] for name in WRITTEN}
    for each in gone[kept:]:
        one = taken_back(one, each.minutes_id)
    assert {name: one[name] for name in WRITTEN} == BEFORE


class Published(Server):
    """A server in memory that knows what is published."""

    def checklist(self, code: str, version: int) -> Checklist | None:
        return catalog.load().get(code, version)


@pytest.mark.parametrize(
    ("form", "result", "warned"),
    [
        (CERTIFICATE, "pass", ["Giấy ghi kết luận đạt, máy chủ kết luận không đạt: không đạt ở bước Kiểm tra bên ngoài (KD07)."]),
        (RECORD, "fail", []),
    ],
)  # fmt: skip
def test_a_paper_that_concludes_otherwise_than_the_server_is_taken_with_a_warning(
    form: str, result: str, warned: list[str]
) -> None:
    market = open_market(Published())
    market.server.lease(market.leader.device_id, 1, 9, series="GCN")
    scale, slip = market.scales[0], market.server.documents["inspection", market.slip].state
    pins = [{"code": "mobile-verification", "version": 2, "sha256": None}]
    market.server.office("inspection", market.slip, market.scope, {**slip, "checklists": pins})
    id = answer_id(market.slip, "mobile-verification", "KD07", scale, 0)
    looked = {"inspection_id": market.slip, "checklist": "mobile-verification", "item": "KD07", "subject_id": scale,
              "ordinal": 0, "answer": "nonconforming"}  # fmt: skip
    assert market.leader.do("finding", id, market.scope, "create", parent=market.slip, set=looked)["code"] is None
    minutes, sent = paper(market, market.leader, 1, scale, form=form, result=result)
    assert sent["status"] == "applied"
    warnings = market.server.state("minutes", minutes)["warnings"]
    assert [w["detail"] for w in warnings if w["code"] == "concluded_otherwise"] == warned
