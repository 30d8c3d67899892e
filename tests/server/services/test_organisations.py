"""Opening series of minutes numbers: only names that a QR code of minutes holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.db.numbers import Series
from server.errors import Problem
from server.services import organisations
from server.settings import SettingsError
from sync import seal
from tests.builders import Office
from tests.conftest import settings_in

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def registers(office: Office, series: str, symbol: str = "BB-ĐKT") -> None:
    """Register a department with one series."""
    state = {"name": "Sở Khoa học và Công nghệ", "place": "Bắc Giang", "letterhead": ["SỞ KHOA HỌC VÀ CÔNG NGHỆ"],
             "series": [{"series": series, "symbol": symbol, "form": "inspection"}]}  # fmt: skip
    with office.transaction() as session:
        organisations.register(session, state, basis="Quyết định số 01/QĐ-SKHCN", actor="system", at=NOW)


@pytest.mark.parametrize("name", ["BB-ĐKT", "B" * 19, "ĐĐĐĐĐĐĐĐĐ"])
def test_a_name_that_fits_the_code_is_opened(office: Office, name: str) -> None:
    registers(office, name)
    with office.transaction() as session:
        assert session.get(Series, name) is not None


@pytest.mark.parametrize(
    ("name", "said"),
    [("B" * 20, "20 byte"), ("ĐĐĐĐĐĐĐĐĐĐ", "20 byte"), ("BB\u0007", "không in được"), ("A\u0306", "NFC")],
)
def test_a_name_that_no_code_holds_is_refused(office: Office, name: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        registers(office, name)
    with office.transaction() as session:
        assert session.get(Series, name) is None


@pytest.mark.parametrize(("length", "room"), [(22, 20), (24, 19), (44, 7), (53, 1)])
def test_a_longer_host_leaves_room_for_shorter_names(tmp_path: Path, length: int, room: int) -> None:
    settings = replace(settings_in(tmp_path), public_url="https://" + "a" * (length - 3) + ".vn")
    assert settings.series_room == room
    settings.check_for_serving()
    claims = seal.Claims(series="B" * min(room, 19), year=2026, number=65_535, issued_at=1_800_000_000,
                         sha256=b"0" * 32, establishment="0192f0c1-2b3c-7d4e-8f50-000000000700")  # fmt: skip
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert len(seal.qr_text(settings.public_host, seal.seal(claims, key))) <= seal.QR_CHARACTERS


def test_a_host_that_no_code_holds_is_refused_when_serving(tmp_path: Path) -> None:
    settings = replace(settings_in(tmp_path), public_url="https://" + "a" * 60 + ".vn")
    with pytest.raises(SettingsError, match="quá dài cho mã QR"):
        settings.check_for_serving()
