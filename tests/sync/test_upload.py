"""What an upload's headers mean, and which bytes may be taken."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import upload as tus
from sync.upload import Progress, Refused, UploadRefused

NOW = datetime(2021, 8, 5, tzinfo=UTC)
PHOTO = "018f0000-0000-7000-8000-000000000001"
HASH = "a" * 64


def progress(offset: int = 0, state: str = "open", length: int = 100) -> Progress:
    """An upload of 100 bytes."""
    return Progress(length, offset, state, NOW + timedelta(days=30))


@given(st.dictionaries(st.from_regex(r"[a-z_0-9]{1,20}", fullmatch=True), st.text(), min_size=1))
def test_metadata_comes_back_as_it_was_written(values: dict[str, str]) -> None:
    assert tus.read_metadata(tus.write_metadata(values)) == values


@given(st.text())
def test_no_metadata_makes_a_surprise(text: str) -> None:
    with suppress(UploadRefused):
        assert all(isinstance(value, str) for value in tus.read_metadata(text).values())


def test_a_key_may_stand_alone() -> None:
    assert tus.read_metadata("is_confidential, filename eA==") == {"is_confidential": "", "filename": "x"}


@pytest.mark.parametrize("text", ["", ",", "a eA==,a eA==", "a ===", "a /w==", "a b c", "é eA==", "a\x00 eA=="])
def test_metadata_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UploadRefused):
        tus.read_metadata(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", "0x1", " 1", "１", "9" * 16, "1_000", "NaN"])
def test_numbers_are_ascii_digits(text: str) -> None:
    with pytest.raises(UploadRefused):
        tus.number(text)


def test_a_creation() -> None:
    found = tus.creation(7, {"photo_id": PHOTO.upper(), "sha256": HASH.upper(), "filename": "Niêm phong.jpg"})
    assert found == tus.Creation(PHOTO, HASH, tus.ANY_TYPE, 7)
    assert tus.creation(0, {"photo_id": PHOTO, "sha256": HASH, "filetype": "image/HEIC"}).filetype == "image/heic"


@pytest.mark.parametrize(
    ("reason", "length", "change"),
    [
        (Refused.TOO_LARGE, tus.MAX_SIZE + 1, {}),
        (Refused.INVALID, 1, {"photo_id": ""}),
        (Refused.INVALID, 1, {"photo_id": "{" + PHOTO + "}"}),
        (Refused.INVALID, 1, {"sha256": HASH[:-1]}),
        (Refused.INVALID, 1, {"sha256": "g" * 64}),
        (Refused.INVALID, 1, {"filetype": "image"}),
        (Refused.INVALID, 1, {"filetype": "image/jpeg\r\nX: y"}),
        (Refused.INVALID, 1, {"filetype": "a/" + "b" * 60}),
    ],
)
def test_creations_that_are_refused(reason: Refused, length: int, change: dict[str, str]) -> None:
    with pytest.raises(UploadRefused) as caught:
        tus.creation(length, {"photo_id": PHOTO, "sha256": HASH, "filetype": "image/jpeg", **change})
    assert caught.value.reason is reason


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_over_pieces(algorithm: str) -> None:
    digest = base64.b64encode(hashlib.new(algorithm, b"abc").digest()).decode()
    found = tus.read_checksum(f"{algorithm} {digest}")
    found.update(b"ab")
    with pytest.raises(UploadRefused) as caught:
        found.check()
    assert caught.value.reason is Refused.CHECKSUM
    found.update(b"c")
    found.check()


@pytest.mark.parametrize("text", ["", "md5 AAAA", "sha1", "sha1 ####", "sha1 AAAA", "sha256 é", "SHA1 AAAA"])
def test_checksums_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UploadRefused) as caught:
        tus.read_checksum(text)
    assert caught.value.reason is Refused.INVALID


@given(st.integers(0, 100), st.integers(0, 120), st.integers(0, 120) | st.none())
def test_only_bytes_at_the_offset_and_within_the_length_are_taken(at: int, offset: int, announced: int | None) -> None:
    if offset == at and at + (announced or 0) <= 100:
        tus.check_chunk(progress(at), offset, announced)
        return
    with pytest.raises(UploadRefused) as caught:
        tus.check_chunk(progress(at), offset, announced)
    wrong_place = offset != at
    assert caught.value.reason is (Refused.OFFSET if wrong_place else Refused.TOO_LARGE)
    assert caught.value.offset == (at if wrong_place else None)


@pytest.mark.parametrize("state", ["mismatch", "terminated", "expired"])
def test_what_ended_otherwise_begins_anew(state: str) -> None:
    with pytest.raises(UploadRefused) as caught:
        tus.check_alive(progress(state=state), NOW)
    assert caught.value.reason is Refused.GONE


def test_an_open_upload_lives_thirty_days_a_complete_one_for_ever() -> None:
    tus.check_alive(progress(), NOW + timedelta(days=29))
    with pytest.raises(UploadRefused):
        tus.check_alive(progress(), NOW + timedelta(days=30))
    tus.check_alive(progress(100, "complete"), NOW + timedelta(days=3000))


@pytest.mark.parametrize(
    ("offset", "actual", "state"),
    [(99, HASH, "open"), (100, None, "open"), (100, HASH, "complete"), (100, "b" * 64, "mismatch")],
)
def test_only_the_right_hash_of_all_bytes_completes(offset: int, actual: str | None, state: str) -> None:
    assert tus.outcome(100, offset, HASH, actual) == state
