"""Which certificate a standard stood under on a day, and what that does to a verdict."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from checklists import procedures, standards
from checklists.limits import load_rules

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/standards.json").read_text("utf-8"))
PROGRAMME = yaml.safe_load((ROOT / "server/demo/data/programme-2021.yaml").read_text("utf-8"))


def meter(*certificates: tuple[str, str], **more: Any) -> dict[str, Any]:
    """A dose-rate meter with these certificates (issued, valid until)."""
    rows = [
        {"number": f"{n}", "issued_on": issued, "valid_until": until} for n, (issued, until) in enumerate(certificates)
    ]
    return {"id": "m", "name": "Atomtex AT1123", "kind": "dose_rate", "serial": "07", "certificates": rows, **more}


def test_every_procedure_says_what_it_measures_with() -> None:
    assert set(procedures.names()) <= standards.load().needs.keys()


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_vectors_that_the_tablet_reads_too(case: dict[str, Any]) -> None:
    days = [date.fromisoformat(day) for day in case["days"]]
    computed = {"errors": ["0.1"], "limit": None, "verdict": case["verdict"], "explanation": case["explanation"]}
    found = standards.supported(computed, case["procedure"], case["standards"], days, case["reasons"])
    assert (found["verdict"], found["explanation"]) == (case["gives"]["verdict"], case["gives"]["explanation"])


class TestTheYearOfTheRadiationMeters:
    """The programme verifies its meters in November and measures X-ray rooms and orphan sources from July on."""

    def days(self) -> list[date]:
        """The first and the last day of the radiation season in 2021."""
        return [date(2021, 7, 1), date(2021, 9, 30)]

    def test_the_programme_has_it_so(self) -> None:
        measured = {
            m for a in PROGRAMME["activities"] if a["domain"] in {"xray_medical", "orphan_source"} for m in a["months"]
        }
        verified = {m for a in PROGRAMME["activities"] if a["domain"] == "own_instrument" for m in a["months"]}
        assert ({7, 8, 9} & measured, verified) == ({7, 8, 9}, {11})

    def test_certificates_of_november_2020_cover_july_to_september_2021(self) -> None:
        until, cycle = standards.longest_until(load_rules(), "dose_rate", date(2020, 11, 11)) or (None, None)
        assert (until, cycle and cycle.source) == (
            date(2021, 11, 11),
            "Thông tư liên tịch 13/2014/TTLT-BKHCN-BYT Điều 9 khoản 3",
        )
        assert standards.fault(meter(("2020-11-11", "2021-11-11")), self.days()) is None

    def test_a_renewal_that_slipped_leaves_none(self) -> None:
        slipped = meter(("2019-12-10", "2020-12-10"))  # due in November 2020, and nobody sent it in December
        assert "hết hạn hiệu chuẩn ngày 10/12/2020" in str(standards.fault(slipped, self.days()))

    def test_one_that_runs_out_in_the_season_does_not_cover_it(self) -> None:
        assert "ngày 31/08/2021" in str(standards.fault(meter(("2020-12-10", "2021-08-31")), self.days()))

    def test_the_next_novembers_certificate_does_not_reach_back(self) -> None:
        assert "chưa có giấy" in str(standards.fault(meter(("2021-11-12", "2022-11-12")), self.days()))
        both = meter(("2021-11-12", "2022-11-12"), ("2020-11-11", "2021-11-11"))
        assert standards.fault(both, self.days()) is None

    def test_the_new_law_of_2026_was_not_read_and_caps_nothing(self) -> None:
        assert standards.longest_until(load_rules(), "dose_rate", date(2026, 1, 1)) is None
        assert standards.longest_until(load_rules(), "mass", date(2020, 11, 11)) is None


def test_the_last_day_of_a_certificate_still_carries_a_verdict() -> None:
    found = meter(("2020-11-11", "2021-07-12"))
    assert standards.valid_on(found, date(2021, 7, 12))
    assert standards.valid_on(found, date(2020, 11, 11))
    assert not standards.valid_on(found, date(2021, 7, 13))
    assert not standards.valid_on(found, date(2020, 11, 10))


def test_a_newer_certificate_that_ends_sooner_is_the_one_that_counts() -> None:
    repaired = meter(("2020-11-11", "2021-11-10"), ("2021-02-01", "2021-05-01"))
    assert not standards.valid_on(repaired, date(2021, 7, 1))


def test_a_certificate_that_was_struck_out_counts_no_more() -> None:
    found = meter(("2020-11-11", "2021-11-10"))
    found["certificates"][0]["withdrawn"] = {"reason": "Ghi nhầm", "by": "u", "at": "2021-01-01T00:00:00+00:00"}
    assert standards.certificate_on(found, date(2021, 7, 1)) is None


def test_what_was_recorded_before_there_was_a_history_is_one_certificate() -> None:
    old = {
        "name": "Bình 20 L",
        "kind": "volume",
        "serial": "1",
        "calibrated_until": "2021-11-15",
        "certificate_number": "0420",
    }
    assert standards.valid_on(old, date(2021, 11, 15))
    assert not standards.valid_on(old, date(2021, 11, 16))
    assert not standards.valid_on({**old, "valid_from": "2021-03-01"}, date(2021, 2, 28))


def test_readings_that_could_not_be_computed_keep_their_own_reason() -> None:
    computed: dict[str, Any] = {
        "errors": [],
        "limit": None,
        "verdict": "inconclusive",
        "explanation": "chưa kết luận: thiếu số đo",
    }
    assert standards.supported(computed, "dose-rate", [], [date(2021, 7, 1)], {}) == computed


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2020-11-30", 3, "2021-02-28"), ("2020-02-29", 12, "2021-02-28"), ("2020-12-31", 12, "2021-12-31"), ("2020-11-11", 1, "2020-12-11")],
)  # fmt: skip
def test_months_are_calendar_months(day: str, months: int, then: str) -> None:
    assert standards.months_after(date.fromisoformat(day), months).isoformat() == then
