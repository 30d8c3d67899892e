"""Amounts in words as a cashier says them."""

from __future__ import annotations

import pytest

from server.services.money_words import in_words


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "Không đồng"), (5, "Năm đồng"), (15, "Mười lăm đồng"), (21, "Hai mươi mốt đồng"), (105, "Một trăm linh năm đồng"),
        (30_000, "Ba mươi nghìn đồng"), (125_000, "Một trăm hai mươi lăm nghìn đồng"),
        (1_001, "Một nghìn không trăm linh một đồng"), (1_005_000, "Một triệu không trăm linh năm nghìn đồng"),
        (10_000_000, "Mười triệu đồng"), (1_000_000_001, "Một tỷ không trăm linh một đồng"),
        (2_500_000_000, "Hai tỷ năm trăm triệu đồng"),
    ],
)  # fmt: skip
def test_amounts_are_said(amount: int, said: str) -> None:
    assert in_words(amount) == said
