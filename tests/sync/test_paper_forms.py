"""Papers beside the inspection minutes: which measures they list, what they rest on, and who signs."""

from __future__ import annotations

from typing import Any

import pytest

from sync import paper, seal
from sync.paper_forms import CERTIFICATE, FORMS, MINUTES, NOTICE, form_of
from sync.paper_measures import listed, traced
from tests.server.printing.samples import fuel_station
from tests.server.printing.side_papers import (
    RESUMED,
    SEALING,
    SEALS,
    SIDE_PAPERS,
    SUSPENDED,
    SUSPENSION,
    UNSEALS,
    not_carried_out,
    resumption_notice,
    sealing,
    suspension_notice,
    unsealing,
)


def composed(documents: dict[str, Any], **more: Any) -> dict[str, Any]:
    return paper.compose(**{**documents, **more})


class TestForms:
    def test_closing_forms_say_how_the_inspection_ends(self) -> None:
        closing = {"inspection": "issued", "amendment": "issued", "not_carried_out": "not_carried_out"}
        assert {code: form.ends_as for code, form in FORMS.items() if form.closes} == closing

    def test_what_rests_on_a_paper_names_forms_that_exist(self) -> None:
        for form in FORMS.values():
            assert set(form.rests_on) <= FORMS.keys()
            assert form.title in {MINUTES, NOTICE, CERTIFICATE}
            assert form.name.startswith(("Biên bản", "Thông báo", "Giấy chứng nhận"))

    def test_an_unknown_form_is_refused(self) -> None:
        with pytest.raises(ValueError, match="không có"):
            form_of("letter")

    @pytest.mark.parametrize("name", SIDE_PAPERS)
    def test_a_paper_beside_the_minutes_freezes_no_finding_and_says_no_verdict(self, name: str) -> None:
        documents = SIDE_PAPERS[name]()
        whole = fuel_station()
        doc = composed(documents, findings=whole["findings"], checklists=whole["checklists"])
        assert doc["findings"] == []
        text = seal.canonical_text(doc)
        assert "FU12" not in text
        assert "Vòi số 2 có sai số vượt quá" not in text  # the conclusion of the inspection


class TestSeals:
    def test_each_seal_with_number_place_state_person_time_and_photos(self) -> None:
        doc = composed(sealing())
        first, second = doc["seals"]
        assert (first["serials"], first["place"], first["by"]) == (
            "NP-0071, NP-0072",
            "bộ đếm, tay vặn",
            "Lê Quốc Lượng",
        )
        assert (first["state"], first["at"]) == (
            "Dây chì căng, mặt chì rõ số",
            "10 giờ 40 phút, ngày 05 tháng 8 năm 2021",
        )
        assert (first["before"], first["after"]) == ([1], [2])
        assert (second["subject"], second["before"]) == ("", [])
        assert [photo["about"] for photo in doc["photos"]] == [
            "trước khi niêm phong Vòi cột đo xăng dầu vòi 2 số TX-4412",
            "sau khi niêm phong Vòi cột đo xăng dầu vòi 2 số TX-4412",
        ]
        assert doc["started"] == "10 giờ 40 phút, ngày 05 tháng 8 năm 2021"
        assert (doc["measures"], doc["requirements"], doc["conclusion"]) == ([], [], "")

    def test_a_seal_stands_on_one_sealing_paper_only(self) -> None:
        later = {**SEALS[0], "id": "0192f0c1-2b3c-7d4e-8f50-000000000555", "serials": ["NP-0099"]}
        doc = composed(sealing(), measures=[*SEALS, later], papers=[SEALING])
        assert [row["serials"] for row in doc["seals"]] == ["NP-0099"]

    def test_unsealing_cites_the_sealing_minutes_and_keeps_the_numbers_and_the_place(self) -> None:
        doc = composed(unsealing())
        (row,) = doc["seals"]
        assert doc["basis"][-1] == "Căn cứ Biên bản niêm phong số 02/BB-ĐKT ngày 05 tháng 8 năm 2021"
        assert (row["serials"], row["place"]) == ("NP-0071, NP-0072", "bộ đếm, tay vặn")
        assert (row["paper"], row["sealed_at"]) == (
            "Biên bản niêm phong số 02/BB-ĐKT",
            "10 giờ 40 phút, ngày 05 tháng 8 năm 2021",
        )

    def test_a_seal_of_an_earlier_inspection_is_found_by_its_instrument(self) -> None:
        unseal = {**UNSEALS[0], "follows": None}
        (row,) = traced(FORMS["unsealing"], [unseal], SEALS, [SEALING])
        assert row.origin == SEALS[0]
        assert row.paper == SEALING
        (row,) = traced(FORMS["unsealing"], [{**unseal, "at": "2021-08-05T03:00:00Z"}], SEALS, [SEALING])
        assert (row.origin, row.paper) == (None, None)  # taken off before it was put on: another seal is meant

    def test_whoever_refused_another_paper_did_not_refuse_this_one(self) -> None:
        (representative, *_) = composed(unsealing())["signatures"]
        assert (representative["role"], representative["outcome"]) == ("representative", "ink")
        refused = {**unsealing()["signatures"][0], "minutes_id": "0192f0c1-2b3c-7d4e-8f50-000000000999"}
        (representative, *_) = composed(unsealing(), signatures=[refused])["signatures"]
        assert (representative["outcome"], representative["reason"]) == ("refused", "không đồng ý")
        first = composed(fuel_station(), signatures=[refused])["signatures"][0]
        assert first["outcome"] == "refused"
        other = {**refused, "minutes_id": SEALING["id"]}
        assert composed(fuel_station(), signatures=[other], papers=[SEALING])["signatures"][0]["outcome"] == "ink"


class TestNotices:
    def test_a_suspension_counts_from_the_signing_of_the_minutes(self) -> None:
        doc = composed(suspension_notice())
        letter = doc["letter"]
        assert letter["points"][0] == (
            "Thời gian tạm dừng tính từ thời điểm ký Biên bản số 01/BB-ĐKT (11 giờ 25 phút, ngày 05 tháng 8 năm 2021) theo "
            "điểm c khoản 1 Điều 21 Thông tư số 28/2013/TT-BKHCN, đến khi có thông báo được tiếp tục của Sở Khoa học và Công nghệ."
        )
        assert doc["basis"][-1] == "Căn cứ Biên bản số 01/BB-ĐKT ngày 05 tháng 8 năm 2021"
        assert (doc["title"], doc["abstract"]) == ("THÔNG BÁO", "Tạm dừng sử dụng phương tiện đo")
        assert letter["required"] == [
            "Dừng sử dụng vòi số 2 cho đến khi sửa chữa và kiểm định lại đạt; thời hạn: ngày 20 tháng 8 năm 2021",
            "Kiểm định lại ca đong đối chứng; thời hạn: ngày 05 tháng 9 năm 2021",
        ]

    def test_the_article_is_printed_only_where_its_circular_is_a_basis(self) -> None:
        assert "Điều 21" not in composed(suspension_notice(), law=[])["letter"]["points"][0]

    def test_without_minutes_it_counts_from_the_time_that_was_recorded(self) -> None:
        said = composed(suspension_notice(), papers=[])["letter"]["points"][0]
        assert said.startswith("Thời gian tạm dừng tính từ 10 giờ 30 phút, ngày 05 tháng 8 năm 2021, đến khi")

    def test_a_site_as_a_whole_is_suspended_in_its_work(self) -> None:
        doc = composed(suspension_notice(), measures=[{**SUSPENDED, "instrument_id": None}])
        assert doc["abstract"] == "Tạm dừng hoạt động"
        assert "phương tiện đo" not in doc["letter"]["heading"]

    def test_a_resumption_ends_the_notice_before_and_a_deputy_signs_for_the_head(self) -> None:
        doc = composed(resumption_notice())
        assert doc["basis"][-1] == "Căn cứ Thông báo tạm dừng số 07/TB-SKHCN ngày 06 tháng 8 năm 2021"
        assert doc["letter"]["points"] == [
            "Thời điểm được tiếp tục: 10 giờ 00 phút, ngày 19 tháng 8 năm 2021.",
            "Việc tạm dừng sử dụng phương tiện đo nêu trên theo Thông báo tạm dừng số 07/TB-SKHCN ngày 06 tháng 8 năm 2021 "
            "chấm dứt từ thời điểm đó.",
        ]
        assert doc["letter"]["signer"] == {
            "authority": "KT. Giám đốc",
            "title": "Phó Giám đốc",
            "name": "Trần Thị Minh Hà",
        }

    def test_it_is_a_letter_without_team_site_representative_and_phone(self) -> None:
        text = seal.canonical_text(composed(suspension_notice()))
        for person in ("Phạm Thị Bán", "Trần Thị Đo", "0204 3 000 000"):
            assert person not in text

    def test_what_a_paper_lists_is_read_back_from_it(self) -> None:
        assert listed(composed(suspension_notice())) == {SUSPENDED["id"]}
        assert listed(composed(sealing())) == {seal["id"] for seal in SEALS}
        everything = composed(fuel_station(), measures=[*SEALS, SUSPENDED])
        assert listed(everything) == {SUSPENDED["id"], *(seal["id"] for seal in SEALS)}
        assert listed({"measures": "x", "letter": [], "seals": [None, {"id": 7}]}) == frozenset()

    def test_a_measure_on_a_notice_that_stands_is_not_notified_again(self) -> None:
        assert traced(FORMS["suspension_notice"], [SUSPENDED], [], [SUSPENSION]) == []
        assert traced(FORMS["resumption_notice"], [RESUMED], [SUSPENDED], [SUSPENSION])[0].paper == SUSPENSION


class TestNotCarriedOut:
    def test_says_why_when_and_who_saw_it_and_the_site_need_not_sign(self) -> None:
        doc = composed(not_carried_out())
        assert doc["attempt"] == {
            "at": "08 giờ 30 phút, ngày 05 tháng 8 năm 2021",
            "cause": "cơ sở đóng cửa, không có người tiếp đoàn",
            "reason": "Cổng khóa, gọi điện theo số đăng ký không có người nghe",
            "no_witness_reason": "",
        }
        assert [each["role"] for each in doc["signatures"]] == ["witness", "member", "team_leader"]
        assert [(p["number"], p["about"]) for p in doc["photos"]] == [(1, "hiện trạng khi đoàn đến")]
        assert doc["ended"] == "09 giờ 00 phút, ngày 05 tháng 8 năm 2021"

    def test_without_a_witness_it_says_why(self) -> None:
        doc = composed(not_carried_out(witness=None, no_witness_reason="không mời được người chứng kiến."))
        assert doc["attempt"]["no_witness_reason"] == "không mời được người chứng kiến"
        assert (doc["witnesses"], [s["role"] for s in doc["signatures"]]) == ([], ["member", "team_leader"])

    def test_without_named_photos_all_of_the_inspection_are_listed(self) -> None:
        assert len(composed(not_carried_out(photo_ids=[]))["photos"]) == 2

    def test_what_nobody_recorded_is_left_empty(self) -> None:
        doc = composed(not_carried_out(), inspection={})
        assert set(doc["attempt"].values()) == {""}
        assert doc["started"] == doc["ended"]
