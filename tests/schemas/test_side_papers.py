"""What seals, suspensions and visits that came to nothing bring on the wire: good shapes pass, bad ones are named."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.documents import DOCUMENTS

ID = "0192f0c1-2b3c-7d4e-8f50-000000000001"
AT = "2021-08-05T08:30:00+07:00"
MEASURE = {"inspection_id": ID, "type": "seal"}


def errors(kind: str, **fields: Any) -> dict[str, Any]:
    return DOCUMENTS[kind].errors_in(fields, complete=False)


def test_good_shapes_pass() -> None:
    seal = {"follows": ID, "place": "bộ đếm", "by": "Lê Quốc Lượng", "state": "nguyên vẹn", "before_photo_ids": [ID],
            "after_photo_ids": [], "serials": ["NP-1"], "at": AT}  # fmt: skip
    assert errors("measure", **MEASURE, **seal) == {}
    attempt = {"cause": "moved", "at": AT, "position": {"lat": "21.2", "lon": "106.1", "accuracy_m": 8}, "photo_ids": [ID],
               "witness": {"name": "Đỗ Văn Xã", "capacity": "UBND xã"}, "no_witness_reason": None, "later": 1}  # fmt: skip
    assert errors("inspection", attempt=attempt) == {}
    assert errors("inspection", attempt=None) == {}
    assert errors("signature", minutes_id=ID) == {}


@pytest.mark.parametrize(
    ("kind", "fields", "where"),
    [
        ("measure", {"before_photo_ids": "x"}, "before_photo_ids"),
        ("measure", {"after_photo_ids": [1]}, "after_photo_ids"),
        ("measure", {"follows": "không phải mã"}, "follows"),
        ("measure", {"place": ["bộ đếm"]}, "place"),
        ("inspection", {"attempt": "đóng cửa"}, "attempt"),
        ("inspection", {"attempt": {"cause": "rain"}}, "attempt"),
        ("inspection", {"attempt": {"at": "sáng nay"}}, "attempt"),
        ("inspection", {"attempt": {"witness": "Đỗ Văn Xã"}}, "attempt"),
        ("inspection", {"attempt": {"photo_ids": ["x"]}}, "attempt"),
        ("signature", {"minutes_id": 7}, "minutes_id"),
    ],
)
def test_bad_shapes_are_named(kind: str, fields: dict[str, Any], where: str) -> None:
    assert list(errors(kind, **fields)) == [where]
