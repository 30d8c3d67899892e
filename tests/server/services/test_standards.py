"""The register of standards: certificates added and struck out, what is refused, and the verdicts that follow."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from checklists.limits import load_rules
from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import journal, standard_desk, standards
from server.services.standards import Certificate
from sync.ids import answer_id
from tests.builders import Office, Person
from tests.server.api.wire import Wire

NOW = datetime(2021, 12, 1, 2, 0, tzinfo=UTC)
TODAY = date(2021, 12, 1)
OLD = {"number": "0431/2020", "body": "Viện Đo lường", "issued_on": "2020-11-21", "valid_until": "2021-08-04"}
NEW = {"number": "0502/2021", "body": "Viện Đo lường", "issued_on": "2021-08-01", "valid_until": "2022-07-31"}


def certificate(kind: str = "mass", **said: Any) -> Certificate:
    """Read a certificate as typed."""
    return Certificate.of(kind, **{"factors": {}, **OLD, **said}, today=TODAY, rules=load_rules())


def weights(session: Session, **more: str) -> str:
    """Enter the team's weights with the old certificate."""
    said = {"name": "Bộ quả cân M1", "kind": "mass", "serial": "QC-M1", **more}
    return standards.register(session, standards.described(said), certificate(), actor="u", at=NOW)


class Shop:
    """A shop with one scale, inspected on 5 August 2021 with the team's weights."""

    def __init__(self, office: Office, client: FlaskClient) -> None:
        self.office, self.leader = office, office.hires("team_leader")
        self.site = office.registers_establishment()
        self.scale = office.registers_instrument(
            self.site, "weighing_instrument", accuracy_class="III", e="1", unit="g", max="3000", d="1"
        )
        self.campaign = office.opens_campaign(
            self.leader, checklists=["weighing-instrument"], establishments=[self.site]
        )
        self.inspection = office.plans_inspection(self.campaign, self.site, self.leader, ["weighing-instrument"])
        self.wire = Wire(client, office.enrols(self.leader))
        self.finding = answer_id(self.inspection, "weighing-instrument", "NA12", self.scale, 0)

    def weighs(self, standard: str | None, indication: str = "500") -> None:
        """Push the standards used and one load."""
        scope, wire = f"campaign:{self.campaign}", self.wire
        said = {"inspection_id": self.inspection, "checklist": "weighing-instrument", "item": "NA12", "ordinal": 0,
                "subject_id": self.scale, "rows": [{"direction": "up", "load": "500", "indication": indication}]}  # fmt: skip
        used = {"standards": [standard] if standard else [], "status": "in_progress"}
        ops = [
            wire.op("inspection", self.inspection, "patch", scope, used, base={"status": "planned", "standards": []}),
            wire.op("finding", self.finding, "create", scope, said, parent=self.inspection),
        ]
        assert [r["status"] for r in wire.push(*ops)["results"]] == ["applied", "applied"]

    def computed(self) -> dict[str, Any]:
        """The verdict as it stands."""
        return self._state("finding", self.finding)["computed"]  # type: ignore[no-any-return]  # a document's JSON

    def _state(self, kind: str, id: str) -> dict[str, Any]:
        with self.office.transaction() as session:
            found = documents.get(session, kind, id)
            assert found is not None
            return dict(found.state)


@pytest.fixture
def shop(office: Office, client: FlaskClient) -> Shop:
    return Shop(office, client)


def test_a_verdict_is_blocked_and_follows_the_certificate_that_is_entered_later(shop: Shop, office: Office) -> None:
    with office.transaction() as session:
        id = weights(session)
    shop.weighs(id)
    assert shop.computed()["verdict"] == "inconclusive"
    assert "Bộ quả cân M1 số QC-M1 hết hạn hiệu chuẩn ngày 04/08/2021" in shop.computed()["explanation"]
    shop.wire.pull()
    with office.transaction() as session:
        assert standards.certify(session, id, certificate(**NEW), actor="u", at=NOW) == 1
    assert shop.computed()["verdict"] == "pass"
    kinds = [item["kind"] for item in shop.wire.pull()]
    assert sorted(kinds) == ["finding", "measurement_standard"], "the tablet sees both"
    with office.transaction() as session:
        assert standards.withdraw(session, id, "0502/2021", "Ghi nhầm số", actor="u", at=NOW) == 1
        assert journal.verify(session).is_whole
    assert shop.computed()["verdict"] == "inconclusive"


def test_an_issued_inspection_keeps_its_verdict(shop: Shop, office: Office) -> None:
    with office.transaction() as session:
        id = weights(session)
    shop.weighs(id)
    before = shop.computed()
    with office.transaction() as session:
        found = documents.get(session, "inspection", shop.inspection)
        assert found is not None
        state = {**found.state, "status": "issued"}
    office.records("inspection", f"campaign:{shop.campaign}", state, id=shop.inspection)
    with office.transaction() as session:
        assert standards.open_inspections(session, id) == []
        assert standards.certify(session, id, certificate(**NEW), actor="u", at=NOW) == 0
    assert shop.computed() == before


def test_a_scale_that_is_corrected_later_gives_its_open_verdict_anew(shop: Shop) -> None:
    shop.weighs(None, "502")
    assert shop.computed()["verdict"] == "fail"
    attributes = {"accuracy_class": "III", "e": "5", "unit": "g", "max": "3000", "d": "1"}
    patch = shop.wire.op("instrument", shop.scale, "patch", "area:07213", {"attributes": attributes},
                         base={"attributes": {**attributes, "e": "1"}})  # fmt: skip
    assert shop.wire.one(patch)["status"] == "applied"
    assert shop.computed()["verdict"] == "pass"


def test_certificates_are_added_and_old_ones_stay(session: Session) -> None:
    id = weights(session)
    standards.certify(session, id, certificate(**NEW, factors={"Cs-137, 662 keV": "1,05"}), actor="u", at=NOW)
    found = standards.existing(session, id)
    assert [row["number"] for row in found.state["certificates"]] == ["0431/2020", "0502/2021"]
    assert (found.state["calibrated_until"], found.state["certificate_number"]) == ("2022-07-31", "0502/2021")
    assert found.state["certificates"][1]["factors"] == {"Cs-137, 662 keV": "1.05"}
    standards.withdraw(session, id, "0502/2021", "Ghi nhầm", actor="u", at=NOW)
    found = standards.existing(session, id)
    assert (found.state["calibrated_until"], found.state["certificate_number"]) == ("2021-08-04", "0431/2020")
    assert found.state["certificates"][1]["withdrawn"]["reason"] == "Ghi nhầm"
    standards.certify(session, id, certificate(**NEW), actor="u", at=NOW)


def test_one_recorded_before_there_was_a_history_keeps_its_certificate(office: Office) -> None:
    old = {"name": "Bình 20 L", "kind": "volume", "serial": "1", "calibrated_until": "2021-11-15",
           "certificate_number": "0420/2020", "attributes": {}}  # fmt: skip
    id = office.records("measurement_standard", "agency", old)
    with office.transaction() as session:
        standards.certify(session, id, certificate("volume", **NEW), actor="u", at=NOW)
        rows = standards.existing(session, id).state["certificates"]
        assert [(row["number"], row["valid_until"]) for row in rows] == [
            ("0420/2020", "2021-11-15"),
            ("0502/2021", "2022-07-31"),
        ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"number": " "}, "Phải ghi số giấy chứng nhận"),
        ({"body": "x" * 301}, "Phải ghi nơi cấp giấy"),
        ({"issued_on": "21/11/2020"}, "Phải ghi ngày cấp giấy"),
        ({"issued_on": "2021-12-02"}, "ở sau hôm nay"),
        ({"valid_until": ""}, "Phải ghi hạn của giấy chứng nhận"),
        ({"valid_until": "2020-11-20"}, "ở trước ngày cấp"),
        ({"factors": {"X": "0"}}, "Hệ số hiệu chuẩn “X: 0”"),
        ({"factors": {"": "1.05"}}, "Hệ số hiệu chuẩn"),
        ({"factors": {"X": "1.05 hoặc 1.1"}}, "Hệ số hiệu chuẩn"),
    ],
)
def test_a_bad_certificate_is_refused_in_words(said: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem) as refused:
        certificate(**said)
    assert words in refused.value.detail


def test_radiation_meters_are_verified_every_year() -> None:
    said = {"issued_on": "2020-11-11", "valid_until": "2021-11-12"}
    with pytest.raises(Problem, match="Hạn không được quá 11/11/2021: 12 tháng"):
        certificate("dose_rate", **said)
    assert certificate("dose_rate", **{**said, "valid_until": ""}).valid_until == date(2021, 11, 11)
    assert certificate("contamination", **{**said, "valid_until": "2021-06-30"}).valid_until == date(2021, 6, 30)


@pytest.mark.parametrize(
    ("said", "words"),
    [({"name": ""}, "Thiếu tên chuẩn."), ({"kind": "đồng hồ"}, "Không có loại 'đồng hồ'"), ({"serial": "\x00 "}, "Thiếu số máy."),
     ({"maker": "x" * 301}, "tối đa 300")],
)  # fmt: skip
def test_a_standard_is_described_in_full(said: dict[str, str], words: str) -> None:
    with pytest.raises(Problem, match="Chuẩn đo lường: ") as refused:
        standards.described({"name": "Bình", "kind": "volume", "serial": "1", **said})
    assert words in refused.value.detail


def test_what_is_there_already_and_what_changed_meanwhile_is_refused(session: Session) -> None:
    id = weights(session)
    with pytest.raises(Problem, match="đã có trong sổ"):
        weights(session, name="Tên khác")
    with pytest.raises(Problem, match="Giấy chứng nhận số 0431/2020 đã có"):
        standards.certify(session, id, certificate(), actor="u", at=NOW)
    seen = standards.existing(session, id).rev
    standards.set_state(session, id, "sent_for_calibration", "", actor="u", at=NOW, seen=seen)
    with pytest.raises(Problem, match="vừa được người khác sửa") as stale:
        standards.certify(session, id, certificate(**NEW), actor="u", at=NOW, seen=seen)
    assert stale.value.code is ProblemCode.CONFLICT
    for act in (lambda: standards.set_state(session, id, "broken", " ", actor="u", at=NOW),
                lambda: standards.set_state(session, id, "gone", "x", actor="u", at=NOW),
                lambda: standards.set_state(session, id, "sent_for_calibration", "", actor="u", at=NOW),
                lambda: standards.withdraw(session, id, "0431/2020", "", actor="u", at=NOW),
                lambda: standards.withdraw(session, id, "9", "nhầm", actor="u", at=NOW),
                lambda: standards.existing(session, "x")):  # fmt: skip
        with pytest.raises(Problem):
            act()


def test_the_desk_asks_sixty_days_ahead(session: Session) -> None:
    id = weights(session)
    (row,) = standard_desk.due(session, date(2021, 6, 5))
    assert (row.id, row.status, row.days) == (id, "due", 60)
    assert standard_desk.due(session, date(2021, 6, 4)) == []
    assert standard_desk.due(session, date(2021, 6, 4), 61) != []
    assert standard_desk.due(session, date(2021, 8, 4))[0].days == 0
    assert standard_desk.due(session, date(2021, 8, 5))[0].status == "expired"
    assert standard_desk.due(session, date(2020, 11, 20))[0].status == "none"
    standards.set_state(session, id, "retired", "Thanh lý", actor="u", at=NOW)
    assert standard_desk.due(session, date(2021, 8, 5)) == []
    assert standard_desk.listing(session, TODAY, status="idle").rows[0].id == id


def test_standards_that_cover_a_campaign(session: Session) -> None:
    id = weights(session)
    assert standards.covering(session, "mass", date(2021, 3, 1), date(2021, 8, 4)) == [id]
    assert standards.covering(session, "mass", date(2021, 3, 1), date(2021, 8, 5)) == []
    assert standards.covering(session, "volume", date(2021, 3, 1), date(2021, 3, 2)) == []
    standards.certify(session, id, certificate(**NEW), actor="u", at=NOW)
    assert standards.covering(session, "mass", date(2021, 3, 1), date(2022, 7, 31)) == [id]


def test_the_search_takes_words_without_their_marks(session: Session) -> None:
    weights(session, custodian="Phòng Đo lường")
    for text, found in (("qua can", 1), ("phong do luong", 1), ("0431", 1), ("bình", 0)):
        assert len(standard_desk.listing(session, TODAY, text=text).rows) == found, text


def test_only_people_who_exist_are_named(session: Session, office: Office) -> None:
    person: Person = office.hires("supervisor", "Nguyễn Thanh Bình")
    id = weights(session)
    standards.withdraw(session, id, "0431/2020", "Ghi nhầm", actor=person.id, at=NOW)
    page = standard_desk.page(session, id, TODAY)
    assert (page.certificates[0]["withdrawn_by"], page.row.status, page.current) == ("Nguyễn Thanh Bình", "none", None)
