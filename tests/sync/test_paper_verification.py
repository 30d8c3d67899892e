"""Papers of one verified instrument: what record and certificate say, whose names they bear, what they freeze."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sync import paper, seal
from sync.paper_blank import blank
from sync.paper_forms import FORMS, form_of
from tests.server.printing.verified_papers import (
    DAY,
    FINDINGS,
    HOUSE,
    LEADER,
    METER,
    SCALE,
    VERIFIER,
    WATCH,
    certificate,
    certificate_by_deputy,
    failed,
    inconclusive,
    record,
)

Doc = dict[str, Any]


def said(documents: Doc, **more: Any) -> Doc:
    """Compose a paper; return what it says of its instrument."""
    verification: Doc = paper.compose(**{**copy.deepcopy(documents), **more})["verification"]
    return verification


def answered(item: str, subject: str = SCALE, **more: Any) -> list[Doc]:
    """Return the findings with one answer changed."""
    return [{**f, **more} if (f["item"], f["subject_id"]) == (item, subject) else f for f in FINDINGS]


class TestRecord:
    def test_it_tells_the_instrument_the_method_and_the_marks(self) -> None:
        found = said(record())
        assert found["instrument"]["name"] == "Cân đồng hồ lò xo"
        assert {f["title"]: f["text"] for f in found["instrument"]["features"]} == {
            "Max": "60", "Min": "4", "e": "0.2", "d": "0.2", "cấp chính xác": "III"
        }  # fmt: skip
        assert (found["method"], found["mode"], found["used_at"]) == (
            "ĐLVN 30:2019",
            "Định kỳ",
            "Chợ Kép, xã Hương Sơn",
        )
        assert found["stickers"] == [{"serial": "21C00921", "place": "Mặt trước vỏ cân"}]  # not the one that was torn
        assert found["seals"] == [{"serial": "K-0071", "place": "Vít chỉnh lò xo"}]
        assert found["conclusion_word"] == "Đạt yêu cầu kỹ thuật đo lường"

    def test_the_reading_of_the_air_is_the_last_before_the_paper(self) -> None:
        ambient = said(record())["environment"]
        assert (ambient["temperature"], ambient["humidity"]) == ("30.5", "68")
        early = said(record(), issued_at=f"{DAY}T07:00:00+07:00")["environment"]
        assert early == {"at": "", "temperature": "30", "humidity": "70"}  # KD06: nobody had read for the session

    def test_only_its_instrument_is_printed_and_frozen_and_what_comes_later_stays_open(self) -> None:
        doc = paper.compose(**record())
        frozen = {f["id"] for f in doc["findings"]}
        assert frozen == {f["id"] for f in FINDINGS if f["subject_id"] == SCALE and f["item"] != "KD16"}
        text = seal.canonical_text(doc)
        assert "NH30-0305" not in text
        assert "HA-20190117" not in text
        assert "60000" not in text  # the price
        assert "0912 000 000" not in text  # the owner's telephone

    def test_readings_stand_with_their_errors_and_limits(self) -> None:
        (block,) = paper.compose(**record())["checklists"]
        (item,) = block["sections"][0]["subjects"][0]["items"]
        assert [column["title"] for column in item["table"]["columns"]][-2:] == ["Sai số", "Giới hạn"]
        assert item["verdict"] == "pass"
        assert said(record())["adjustment"]["table"]["rows"] == [["40 kg", "+0,3 kg", "0 kg"]]

    def test_one_that_failed_says_why_and_what_became_of_its_marks(self) -> None:
        found = said(failed())
        assert found["conclusion"] == "fail"
        assert found["reasons"] == ["Kiểm tra bên ngoài: Kim cong, mặt số vỡ"]
        assert found["old_marks"] == {"answer": "conforming", "note": "Đã bóc tem; bà Rau đã được thông báo",
                                      "mark": "20C00305", "certificate": ""}  # fmt: skip
        assert [check["word"] for check in found["checks"]] == ["không đạt", ""]
        assert (found["stickers"], found["valid_until"]["text"]) == ([], "")

    def test_one_without_a_verdict_says_why_and_prints_the_reason_for_the_standard(self) -> None:
        doc = paper.compose(**inconclusive())
        assert doc["verification"]["reasons"] == ["Áp kế chuẩn AK-03 quá hạn hiệu chuẩn từ 01/7/2021"]
        assert [(s["serial"], s["expired"], s["reason"]) for s in doc["standards"]] == [
            ("M1-07", False, ""),  # the session's
            ("AK-03", True, "Đã gửi hiệu chuẩn, chưa nhận lại giấy"),
        ]

    def test_standards_and_their_overrides_come_from_the_session_where_the_slip_names_none(self) -> None:
        documents = inconclusive()
        documents["inspection"] |= {"standards": [], "standard_overrides": {}}
        documents["session"] |= {"standards": [WATCH], "standard_overrides": {WATCH: "Mượn tạm"}}
        assert [s["reason"] for s in paper.compose(**documents)["standards"]] == ["Mượn tạm"]

    @pytest.mark.parametrize(
        ("chosen", "edition", "method"),
        [("30-2019", "", "ĐLVN 30:2019"), ("other", "ĐLVN 16:2009", "ĐLVN 16:2009"), ("30-2019", "ĐLVN 30:2019", "ĐLVN 30:2019"),
         ("30-2019", "lần 2", "ĐLVN 30:2019, ấn bản lần 2"), ("30-2019", "ấn bản 2", "ĐLVN 30:2019, ấn bản 2")],
    )  # fmt: skip
    def test_the_method_is_the_procedure_with_its_edition(self, chosen: str, edition: str, method: str) -> None:
        values = {"procedure": chosen, "edition": edition}
        assert said(record(), findings=answered("KD04", values=values))["method"] == method

    def test_reasons_that_were_recorded_with_the_conclusion_are_printed(self) -> None:
        values = {"conclusion": "inconclusive", "reasons": "chưa đọc nhiệt độ, độ ẩm."}
        assert said(record(), findings=answered("KD11", values=values))["reasons"] == ["chưa đọc nhiệt độ, độ ẩm"]

    def test_the_graver_of_what_was_said_and_computed_counts(self) -> None:
        computed = {"verdict": "inconclusive", "explanation": "Giới hạn chưa xác nhận"}
        assert said(record(), findings=answered("KD11", computed=computed))["conclusion"] == "inconclusive"
        assert said(failed(), findings=answered("KD11", failed()["instrument_id"], computed={"verdict": "pass"}))["conclusion"] == "fail"  # fmt: skip
        assert said(record(), findings=answered("KD11", values={}))["conclusion_word"] == "Chưa ghi kết luận"


class TestNames:
    def test_who_concluded_verified_and_the_head_of_the_team_looks_through(self) -> None:
        doc = paper.compose(**record())
        assert [(s["heading"], s["name"]) for s in doc["signatures"]] == [
            ("KIỂM ĐỊNH VIÊN", "Lê Quốc Lượng"), ("NGƯỜI SOÁT LẠI", "Nguyễn Văn Kiểm")
        ]  # fmt: skip

    def test_a_head_who_verified_is_looked_through_by_another_verifier(self) -> None:
        found = said(record(), findings=answered("KD11", created_by=LEADER))
        assert (found["verifier"]["name"], found["reviewer"]["name"]) == ("Nguyễn Văn Kiểm", "Lê Quốc Lượng")

    def test_where_nobody_is_known_to_have_concluded_whoever_issues_stands_there(self) -> None:
        unknown = answered("KD11", created_by=None)
        assert said(record(), findings=unknown, by=LEADER)["verifier"]["name"] == "Nguyễn Văn Kiểm"
        assert said(record(), findings=unknown, by=VERIFIER)["verifier"]["name"] == "Lê Quốc Lượng"


class TestCertificate:
    def test_the_head_signs_or_who_signs_for_the_head(self) -> None:
        assert said(certificate())["signer"] == {"authority": "", "title": "Giám đốc", "name": "Đào Xuân Vững"}
        deputy = said(certificate_by_deputy())
        assert deputy["signer"]["authority"] == "KT. Giám đốc"
        assert (deputy["instrument"]["name"], deputy["method"]) == ("Huyết áp kế điện tử", "ĐLVN 343:2020, ấn bản 1")
        assert deputy["stickers"] == [{"serial": "21C00922", "place": "Mặt sau"}]  # from the slip: no ledger had it

    @pytest.mark.parametrize(
        ("cycles", "basis"),
        [
            ([], "do kiểm định viên ấn định"),
            ([{"status": "confirmed"}], "theo chu kỳ 12 tháng, Thông tư 23/2013/TT-BKHCN"),
            ([{"status": "unconfirmed"}], "do kiểm định viên ấn định"),
            ([{"status": "confirmed", "valid_to": "2021-08-04"}], "do kiểm định viên ấn định"),
            ([{"status": "confirmed"}, {"status": "confirmed", "months": 24}], "do kiểm định viên ấn định"),
        ],
    )
    def test_it_says_on_what_its_validity_rests(self, cycles: list[Doc], basis: str) -> None:
        documents = certificate_by_deputy()
        rows = [{**documents["cycles"][0], **each} for each in cycles]
        found = said(documents, cycles=rows)["valid_until"]
        assert (found["day"], found["text"]) == ("2022-08-05", "05/8/2022")
        assert found["basis"].startswith(basis)

    def test_it_freezes_what_it_states_and_nothing_else(self) -> None:
        doc = paper.compose(**certificate())
        stated = {"KD03", "KD04", "KD11", "KD12", "KD15"}
        assert {f["id"] for f in doc["findings"]} == {
            f["id"] for f in FINDINGS if f["subject_id"] == SCALE and f["item"] in stated
        }
        assert doc["establishment"].keys() == {"id", "name", "address"}

    def test_an_unknown_instrument_gives_a_paper_with_gaps_not_an_error(self) -> None:
        assert said(certificate(), instrument_id="")["conclusion_word"] == "Chưa ghi kết luận"
        assert said(record(), instrument_id=METER, campaign={}, organisation=HOUSE)["verifier"]["name"] == ""


@pytest.mark.parametrize("form", ["verification_record", "verification_certificate"])
def test_neither_is_written_by_hand_nor_signed_by_the_site(form: str) -> None:
    kind = form_of(form)
    assert not kind.signed_at_site
    assert FORMS[form].own_series
    with pytest.raises(ValueError, match="không có bản in sẵn"):
        blank(kind, paper.compose(**record()), [])
