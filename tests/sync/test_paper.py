"""The canonical dict of minutes: what is printed, in which words, and that it is the same for the same documents."""

from __future__ import annotations

import base64
import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import paper, seal
from sync import paper_words as words
from tests.server.printing.make_vectors import minutes_vectors
from tests.server.printing.samples import SAMPLES, fuel_station, gold_shop, xray_room

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "minutes.json").read_text(encoding="utf-8")
)
PARTS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "paper-parts.json").read_text(encoding="utf-8")
)


def items_of(doc: dict[str, Any]) -> dict[tuple[str, int | None], dict[str, Any]]:
    """Printed items by (key, number of their subject)."""
    return {
        (item["key"], subject["number"]): item
        for checklist in doc["checklists"]
        for section in checklist["sections"]
        for subject in section["subjects"]
        for item in subject["items"]
    }


class TestParts:
    def composed(self, **more: Any) -> dict[str, Any]:
        bare: dict[str, Any] = {"inspection": {}, "campaign": {}, "organisation": {}, "establishment": {}, "area": None, "instruments": [],
                                "findings": [], "checklists": [], "law": []}  # fmt: skip
        return paper.compose(form="inspection", issued_at="2026-11-26T08:00:00+07:00", number=None, **{**bare, **more})

    @pytest.mark.parametrize("case", PARTS["basis"], ids=lambda case: case["name"])
    def test_cited(self, case: dict[str, Any]) -> None:
        checklist = {"code": "fuel", "version": 1, "title": {"vi": "", "en": ""}, "sections": []}
        made = self.composed(campaign={"decision": {"basis": case["cited"]}}, checklists=[checklist], law=case["law"])
        assert made["basis"] == case["lines"]

    @pytest.mark.parametrize("case", PARTS["address"], ids=lambda case: case["name"])
    def test_address(self, case: dict[str, Any]) -> None:
        made = self.composed(establishment={"address": case["address"]}, area=case["area"])
        assert made["establishment"]["address"] == case["printed"]

    @pytest.mark.parametrize("case", PARTS["ended"], ids=lambda case: case["name"])
    def test_ended(self, case: dict[str, Any]) -> None:
        assert self.composed(inspection={"visits": case["visits"]})["ended"] == case["printed"]


class TestVectors:
    def test_are_ours(self) -> None:
        assert minutes_vectors() == VECTORS

    @pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
    def test_documents_give_text_seal_and_qr(self, case: dict[str, Any]) -> None:
        canonical = seal.canonical_text(paper.compose(**case["documents"]))
        assert canonical == case["canonical"]
        assert seal.digest(canonical).hex() == case["sha256"]
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(case["private_key"]))
        cose = seal.seal(seal.Claims(**case["claims"], sha256=seal.digest(canonical)), key)
        assert base64.urlsafe_b64encode(cose).rstrip(b"=").decode() == case["cose"]
        assert seal.qr_text(case["host"], cose) == case["qr"]


class TestSameDocumentsSamePaper:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_order_of_arrival_does_not_matter(self, name: str) -> None:
        documents = SAMPLES[name]()
        expected = seal.canonical_text(paper.compose(**copy.deepcopy(documents)))
        for seed in range(5):
            for kind in ("findings", "photos", "instruments", "standards"):
                random.Random(seed).shuffle(documents.get(kind, []))
            assert seal.canonical_text(paper.compose(**documents)) == expected

    def test_the_documents_stay_as_they_were(self) -> None:
        documents = gold_shop()
        before = copy.deepcopy(documents)
        paper.compose(**documents)
        assert documents == before

    def test_instants_of_any_zone_print_local_time(self) -> None:
        documents = fuel_station()
        local = paper.compose(**documents)
        documents["issued_at"] = "2021-08-05T04:25:00Z"
        documents["inspection"]["visits"][0] = {
            "started_at": "2021-08-05T01:30:00Z",
            "ended_at": "2021-08-05T06:25:00+02:00",
        }
        assert paper.compose(**documents) == local
        assert local["started"] == "08 giờ 30 phút, ngày 05 tháng 8 năm 2021"


class TestWords:
    @pytest.mark.parametrize(
        ("day", "said", "short"),
        [("2021-08-05", "ngày 05 tháng 8 năm 2021", "05/8/2021"), ("2021-02-14", "ngày 14 tháng 02 năm 2021", "14/02/2021"),
         ("2021-12-31", "ngày 31 tháng 12 năm 2021", "31/12/2021"), ("không rõ", "không rõ", "không rõ"), (None, "", "")],
    )  # fmt: skip
    def test_days(self, day: str | None, said: str, short: str) -> None:
        assert words.long_day(day) == said
        assert words.short_day(day) == short

    def test_an_instant_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="múi giờ"):
            paper.compose(**{**fuel_station(), "issued_at": "2021-08-05T11:25:00"})

    @pytest.mark.parametrize(
        ("row", "line"),
        [({"title": "Thông tư quy định kiểm tra", "number": "28/2013/TT-BKHCN"},
          "Căn cứ Thông tư số 28/2013/TT-BKHCN quy định kiểm tra"),
         ({"title": "Thông tư liên tịch quy định về bức xạ", "number": "13/2014/TTLT-BKHCN-BYT"},
          "Căn cứ Thông tư liên tịch số 13/2014/TTLT-BKHCN-BYT quy định về bức xạ"),
         ({"title": "Luật Đo lường", "number": "04/2011/QH13"}, "Căn cứ Luật Đo lường số 04/2011/QH13"),
         ({"title": "Luật Đo lường", "number": ""}, "Căn cứ Luật Đo lường")],
    )  # fmt: skip
    def test_law(self, row: dict[str, str], line: str) -> None:
        assert words.law_line(row) == line


class TestHead:
    def test_number_title_and_basis(self) -> None:
        doc = paper.compose(**fuel_station())
        assert doc["number"]["text"] == "01/BB-ĐKT"
        assert doc["place_date"] == "Bắc Giang, ngày 05 tháng 8 năm 2021"
        assert doc["agency"] == ["UBND tỉnh Bắc Giang", "Sở Khoa học và Công nghệ"]
        assert doc["basis"][-1] == (
            "Căn cứ Quyết định số 123/QĐ-SKHCN ngày 08 tháng 02 năm 2021 của Giám đốc Sở Khoa học và Công nghệ "
            "về việc kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu"
        )
        assert paper.compose(**fuel_station(number=123))["number"]["text"] == "123/BB-ĐKT"

    def test_law_of_the_day_of_the_visit(self) -> None:
        documents = fuel_station()
        documents["law"] = [
            {
                "number": "1",
                "title": "Luật cũ",
                "domains": ["fuel-dispenser"],
                "valid_from": None,
                "valid_to": "2021-08-04",
            },
            {
                "number": "2",
                "title": "Luật của ngày",
                "domains": ["fuel-dispenser"],
                "valid_from": "2021-08-05",
                "valid_to": None,
            },
            {
                "number": "3",
                "title": "Luật sau",
                "domains": ["fuel-dispenser"],
                "valid_from": "2021-08-06",
                "valid_to": None,
            },
            {"number": "5", "title": "Luật chưa đọc", "domains": ["fuel-dispenser"], "status": "unconfirmed"},
            {"number": "6", "title": "Nghị định xử phạt vi phạm hành chính", "domains": ["fuel-dispenser"]},
            {"number": "7", "title": "Cột đo xăng dầu. Quy trình kiểm định", "domains": ["fuel-dispenser"]},
            {"number": "4", "title": "Luật khác", "domains": ["taximeter"], "valid_from": None, "valid_to": None},
        ]
        assert paper.compose(**documents)["basis"][:-1] == ["Căn cứ Luật của ngày số 2"]

    def test_a_document_that_the_decision_cites_too_stands_once(self) -> None:
        documents = fuel_station()
        number = {"valid_from": None, "valid_to": None, "domains": ["fuel-dispenser"]}
        documents["law"] = [
            {"number": "28/2013/TT-BKHCN", "title": "Thông tư quy định kiểm tra", **number},
            {"number": "08/2018/TT-BKHCN", "title": "Thông tư sửa đổi", **number},
        ]
        own = "Thông tư số 28/2013/TT-BKHCN ngày 17/12/2013 của Bộ trưởng"
        more = "Thông tư số 1/2099/TT-X sửa đổi Thông tư 08/2018/TT-BKHCN;"
        documents["campaign"]["decision"]["basis"] = [own, more]
        assert paper.compose(**documents)["basis"][:-1] == [
            f"Căn cứ {own}", "Căn cứ Thông tư số 08/2018/TT-BKHCN sửa đổi", f"Căn cứ {more[:-1]}",
        ]  # fmt: skip

    def test_an_address_that_names_its_province_gets_no_second_one(self) -> None:
        documents = fuel_station()
        documents["area"] = {"name": "Xã Lạng Giang", "district": None, "province": "Bắc Ninh"}
        documents["establishment"]["address"] = "Thôn Cầu Đá, Huyện Lạng Giang, Tỉnh Bắc Giang"
        assert "Bắc Ninh" not in paper.compose(**documents)["place"]
        documents["establishment"]["address"] = "Thôn Cầu Đá"
        assert paper.compose(**documents)["place"].endswith("Thôn Cầu Đá, Xã Lạng Giang, Bắc Ninh")

    def test_amendment_cites_the_first_and_prints_only_what_it_corrects(self) -> None:
        documents = fuel_station()
        documents["findings"] = [f for f in documents["findings"] if f["item"] == "FU03"]
        amends = {"text": "01/BB-ĐKT", "issued_at": "2021-08-05T11:25:00+07:00"}
        doc = paper.compose(**{**documents, "form": "amendment", "amends": amends})
        assert doc["abstract"] == "Bổ sung Biên bản số 01/BB-ĐKT"
        assert doc["basis"][-1] == "Căn cứ Biên bản số 01/BB-ĐKT ngày 05 tháng 8 năm 2021"
        assert [key for key, _ in items_of(doc)] == ["FU03"]
        assert doc["checklists"][0]["missing"] == []

    def test_an_announcement_has_no_results_and_freezes_nothing(self) -> None:
        doc = paper.compose(**{**fuel_station(), "form": "announcement"})
        assert (doc["checklists"], doc["findings"], doc["instruments"], doc["standards"]) == ([], [], [], [])
        assert (doc["conclusion"], doc["requirements"], doc["measures"], doc["photos"]) == ("", [], [], [])
        assert doc["announced"] == "08 giờ 35 phút, ngày 05 tháng 8 năm 2021"

    def test_an_unknown_form_is_refused(self) -> None:
        with pytest.raises(ValueError, match="không có"):
            paper.compose(**{**fuel_station(), "form": "letter"})


class TestResults:
    def test_answers_and_verdicts_in_words(self) -> None:
        items = items_of(paper.compose(**fuel_station()))
        assert items["FU01", None]["word"] == "đạt"
        assert items["FU03", None]["word"] == "không đạt"
        assert items["FU03", None]["legal_basis"] == ["Thông tư 15/2015/TT-BKHCN"]
        assert items["FU04", None]["word"] == "không áp dụng"
        assert items["FU11", 3]["word"] == "không kiểm tra"
        assert items["FU12", 2]["verdict_word"] == "không đạt"
        assert items["FU12", 1]["legal_basis"] == []
        assert items_of(paper.compose(**xray_room()))["X24", 1]["verdict_word"] == "chưa kết luận"

    def test_values_dates_and_choices_in_words(self) -> None:
        items = items_of(paper.compose(**fuel_station()))
        assert items["FU01", None]["values"] == [
            {"title": "số", "type": "text", "unit": "", "text": "24/GCNĐĐK-SCT"},
            {"title": "có giá trị đến", "type": "text", "unit": "", "text": "30/6/2024"},
        ]
        kinds = items_of(paper.compose(**gold_shop()))["G02", None]["values"][0]
        assert kinds["text"] == "mua bán; gia công"

    def test_readings_stay_as_written_with_error_and_limit(self) -> None:
        table = items_of(paper.compose(**gold_shop()))["G11", None]["table"]
        assert [column["title"] for column in table["columns"]] == [
            "Tên mẫu",
            "Công bố",
            "Đo được",
            "Chênh lệch",
            "Giới hạn",
        ]
        assert [column["unit"] for column in table["columns"]] == ["", "g", "g", "mg", "mg"]
        assert table["rows"][1] == ["Lắc tay 18K", "30.00", "29.950", "-50", "13"]

    def test_errors_that_do_not_match_the_rows_are_not_printed_beside_them(self) -> None:
        documents = gold_shop()
        documents["findings"][2]["computed"]["errors"] = []
        table = items_of(paper.compose(**documents))["G11", None]["table"]
        assert [len(row) for row in table["rows"]] == [3, 3]

    def test_a_column_nobody_filled_in_is_left_out(self) -> None:
        documents = fuel_station()
        for finding in documents["findings"]:
            for row in finding["rows"]:
                row.pop("seconds")
        table = items_of(paper.compose(**documents))["FU12", 1]["table"]
        assert [column["title"] for column in table["columns"]] == ["Số chỉ cột đo", "Thể tích chuẩn", "Sai số"]

    def test_unknown_values_are_printed_too(self) -> None:
        documents = fuel_station()
        documents["findings"][1]["values"] = {"later": "7", "value": "9"}
        values = items_of(paper.compose(**documents))["FU02", None]["values"]
        assert [(each["title"], each["text"]) for each in values] == [("later", "7"), ("", "9")]

    def test_required_items_without_an_answer_are_named(self) -> None:
        missing = paper.compose(**fuel_station())["checklists"][0]["missing"]
        assert [item["key"] for item in missing] == ["FU05"]

    def test_standards_are_marked_that_had_run_out_on_a_day_of_the_visits(self) -> None:
        documents = xray_room()  # 7 and 8 July
        assert paper.compose(**documents)["standards"][0]["expired"] is True
        documents["standards"][0]["calibrated_until"] = "2021-07-07"
        assert paper.compose(**documents)["standards"][0]["expired"] is True
        documents["standards"][0]["calibrated_until"] = "2021-07-08"
        assert paper.compose(**documents)["standards"][0]["expired"] is False

    def test_the_certificate_of_the_day_is_printed_not_the_newest(self) -> None:
        documents = xray_room()
        old = {"number": "0440/2020", "issued_on": "2020-11-11", "valid_until": "2021-11-10"}
        new = {"number": "0512/2021", "issued_on": "2021-11-12", "valid_until": "2022-11-11"}
        documents["standards"][0] |= {"certificates": [new, old], "calibrated_until": "2022-11-11"}
        (found,) = paper.compose(**documents)["standards"]
        assert (found["certificate"], found["calibrated_until"], found["expired"]) == ("0440/2020", "10/11/2021", False)
        documents["standards"][0]["certificates"] = [new]
        (found,) = paper.compose(**documents)["standards"]
        assert (found["certificate"], found["calibrated_until"], found["expired"]) == ("", "", True)

    def test_nonconformities_once_with_all_their_subjects(self) -> None:
        documents = fuel_station()
        for finding in documents["findings"]:
            if finding["item"] == "FU10":
                finding["answer"] = "nonconforming"
        found = {each["key"]: each for each in paper.compose(**documents)["nonconformities"]}
        assert list(found) == ["FU03", "FU10", "FU12"]
        assert len(found["FU10"]["subjects"]) == 3

    def test_photos_have_numbers_hashes_and_places(self) -> None:
        documents = fuel_station()
        documents["photos"].append({"id": "x", "purpose": "signed_paper", "sha256": "0", "taken_at": ""})
        doc = paper.compose(**documents)
        assert [photo["number"] for photo in doc["photos"]] == [1, 2]
        assert len(doc["photos"][0]["sha256"]) == 64
        assert doc["photos"][1]["about"] == "FU12 Vòi cột đo xăng dầu vòi 2 số TX-4412"
        assert items_of(doc)["FU12", 2]["photos"] == [2]


class TestFrozenFindings:
    def test_only_printed_findings_are_frozen(self) -> None:
        documents = fuel_station()
        empty = {**documents["findings"][0], "id": "empty", "item": "FU05", "answer": None, "values": {}}
        foreign = {**documents["findings"][0], "id": "foreign", "checklist": "unknown"}
        doc = paper.compose(**{**documents, "findings": [*documents["findings"], empty, foreign]})
        assert {each["id"] for each in doc["findings"]} == {each["id"] for each in documents["findings"]}

    @pytest.mark.parametrize(
        ("change", "same"),
        [({"answer": "conforming"}, False), ({"note": "khác"}, False), ({"rows": [{"v": "1"}]}, False),
         ({"values": {"a": "1"}}, False), ({"photo_ids": ["p"]}, False), ({"computed": {"verdict": "pass"}}, True),
         ({"conflicts": {}}, True), ({"rev": 9}, True)],
    )  # fmt: skip
    def test_the_digest_covers_what_inspectors_enter(self, change: dict[str, Any], *, same: bool) -> None:
        finding: dict[str, Any] = {"answer": None, "values": {}, "rows": [], "note": "", "photo_ids": []}
        assert (paper.finding_digest({**finding, **change}) == paper.finding_digest(finding)) is same

    def test_voided_documents_are_not_on_paper(self) -> None:
        documents = fuel_station()
        for kind in ("findings", "photos", "requirements", "measures"):
            documents[kind][-1] = {**documents[kind][-1], "voided": {"reason": "nhầm"}}
        doc = paper.compose(**documents)
        assert documents["findings"][-1]["id"] not in {each["id"] for each in doc["findings"]}
        assert (len(doc["photos"]), len(doc["requirements"]), len(doc["measures"])) == (1, 1, 0)


class TestSigners:
    def test_come_from_the_team_when_nothing_was_recorded(self) -> None:
        signers = paper.compose(**fuel_station())["signatures"]
        assert [(each["heading"], each["name"]) for each in signers] == [
            ("ĐẠI DIỆN CƠ SỞ", "Phạm Thị Bán"), ("THƯ KÝ", "Trần Thị Đo"), ("TRƯỞNG ĐOÀN", "Nguyễn Văn Kiểm"),
        ]  # fmt: skip

    def test_a_refusal_is_printed_with_its_witness(self) -> None:
        doc = paper.compose(**gold_shop())
        first, witness, *_ = doc["signatures"]
        assert (first["outcome_word"], first["witness"]["title"]) == ("từ chối ký", "đại diện UBND phường")
        assert witness["heading"] == "NGƯỜI CHỨNG KIẾN"
        assert doc["witnesses"] == [{"name": "Đỗ Văn Xã", "title": "Đại diện UBND phường Hoàng Văn Thụ"}]

    def test_nothing_at_all_still_makes_a_paper(self) -> None:
        doc = paper.compose(form="working", issued_at="2026-01-05T08:00:00+07:00", number=None, inspection={}, campaign={},
                            organisation={}, establishment={})  # fmt: skip
        assert doc["number"] is None
        assert [each["heading"] for each in doc["signatures"]] == ["ĐẠI DIỆN CƠ SỞ", "TRƯỞNG ĐOÀN"]
        seal.canonical_text(doc)
