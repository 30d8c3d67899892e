"""The seal: one spelling of everything, no byte that may change, and what an offline verifier may conclude."""

from __future__ import annotations

import base64
import importlib
import sys
import types
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync import seal
from sync.seal import Claims, Outcome, SealError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {seal.key_id(PUBLIC): PUBLIC}
SITE = "0192f0c1-2b3c-7d4e-8f50-123456789abc"
CLAIMS = Claims(series="BB-ĐKT", year=2026, number=1, issued_at=1_790_000_000, sha256=bytes(32), establishment=SITE)
HOST_24 = "kiemtra.tinhbacninh.g.vn"
COSE = seal.seal(CLAIMS, KEY)


def keys_file(**changes: Any) -> dict[str, Any]:
    """The published list with our one key."""
    key = {
        "kid": seal.key_id(PUBLIC).hex(),
        "public_key": base64.urlsafe_b64encode(PUBLIC).rstrip(b"=").decode(),
        "holder": "0192f0c1-0000-7000-8000-000000000001",
        "valid_from": "2026-01-01T00:00:00+07:00",
        "revoked_at": None,
    }
    listed = {"issued_on": "2026-11-01", "keys": [{**key, **changes.pop("key", {})}], "amended": [], "void": []}
    return {**listed, **changes}


class TestCanonicalText:
    def test_is_sorted_compact_and_normalised(self) -> None:
        doc = {"b": [1, None, True], "a": {"z": "Đa\u0323t", "k": "0.50"}}
        assert seal.canonical_text(doc) == '{"a":{"k":"0.50","z":"Đạt"},"b":[1,null,true]}'

    def test_sorts_as_javascript_does(self) -> None:
        # By UTF-16 unit a character beyond the first plane comes before U+FF5E; by code point after it.
        assert seal.canonical_text({"\uff5e": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uff5e":1}'

    @pytest.mark.parametrize(
        "bad",
        [{"v": 0.5}, {"v": float("nan")}, {"v": [1.0]}, {"v": 2**53}, {1: "a"}, {"v": {"a", "b"}}, {"v": "\ud800"},
         {"\u00e2": 1, "a\u0302": 2}, {"v": b"x"}],
    )  # fmt: skip
    def test_refuses_what_has_no_single_spelling(self, bad: dict[Any, Any]) -> None:
        with pytest.raises(seal.CanonicalError):
            seal.canonical_text(bad)

    def test_refuses_depth_before_the_stack_ends(self) -> None:
        deep: list[Any] = []
        for _ in range(5000):
            deep = [deep]
        with pytest.raises(seal.CanonicalError, match="tầng"):
            seal.canonical_text({"v": deep})

    @given(st.dictionaries(st.text(max_size=5), st.text() | st.integers(-9, 9) | st.none(), max_size=5))
    def test_same_document_same_text(self, doc: dict[str, Any]) -> None:
        try:
            text = seal.canonical_text(doc)
        except seal.CanonicalError:
            return
        assert seal.canonical_text(dict(reversed(doc.items()))) == text


class TestSeal:
    def test_opens_with_the_public_key_only(self) -> None:
        opened = seal.open_sealed(COSE, KEYS)
        assert opened == replace(CLAIMS, key_id=seal.key_id(PUBLIC))
        assert seal.peek(COSE) == opened

    def test_every_flipped_bit_is_refused(self) -> None:
        for position in range(len(COSE)):
            for bit in range(8):
                bad = bytearray(COSE)
                bad[position] ^= 1 << bit
                with pytest.raises(SealError):
                    seal.open_sealed(bytes(bad), KEYS)

    def test_other_spellings_of_the_same_claims_are_refused(self) -> None:
        protected, _, payload, signature = cbor2.loads(COSE).value
        body = dict(cbor2.loads(payload))
        kid = seal.key_id(PUBLIC)

        def signed(
            header: dict[int, Any],
            claims: dict[Any, Any],
            unprotected: dict[int, Any],
            tag: int = 18,
            half: bool = False,
        ) -> bytes:
            head, content = cbor2.dumps(header), cbor2.dumps(claims, canonical=half)
            proof = KEY.sign(cbor2.dumps(["Signature1", head, b"", content]))
            return cbor2.dumps(cbor2.CBORTag(tag, [head, unprotected, content, proof]))

        assert signed({1: -8, 4: kid}, body, {}) == COSE
        variants = [
            COSE + b"\x00",
            COSE[:-1],
            COSE[1:],
            b"",
            signed({1: -8, 4: kid}, body, {}, tag=98),
            signed({1: -8, 4: kid}, body, {4: kid}),
            signed({4: kid, 1: -8}, body, {}),
            signed({1: -8, 4: kid, 3: 0}, body, {}),
            signed({1: -8}, body, {}),
            signed({1: -7, 4: kid}, body, {}),
            signed({1: -8, 4: kid}, {**body, 8: 1}, {}),
            signed({1: -8, 4: kid}, dict(reversed(body.items())), {}),
            signed({1: -8, 4: kid}, {**body, 1: 2}, {}),
            signed({1: -8, 4: kid}, {**body, 4: 1.0}, {}),
            signed({1: -8, 4: kid}, {**body, 4: 1.0}, {}, half=True),
            signed({1: -8, 4: kid}, {**body, 4: True}, {}),
            signed({1: -8, 4: kid}, {**body, 2: "BB-D\u0323KT"}, {}),
            signed({1: -8, 4: kid}, {**body, 2: "BB\x00"}, {}),
            cbor2.dumps([protected, {}, payload, signature]),
        ]
        for variant in variants:
            with pytest.raises(SealError) as refusal:
                seal.open_sealed(variant, KEYS)
            assert refusal.value.code == "malformed", variant.hex()

    @pytest.mark.parametrize("kid", ["Vq\x11\x22", [1, 2, 3, 4], {1: 1, 2: 2, 3: 3, 4: 4}, 4])
    def test_another_kind_of_key_id_is_malformed(self, kid: Any) -> None:
        _, _, payload, signature = seal._parse(COSE)
        cose = seal._envelope(cbor2.dumps({1: -8, 4: kid}, canonical=True), payload, signature)
        assert seal.verify_offline(cose, keys_file()).outcome is Outcome.ALTERED

    def test_a_text_instead_of_the_signature_is_malformed(self) -> None:
        _, protected, payload, _ = seal._parse(COSE)
        cose = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, "s" * 64]), canonical=True)
        assert seal.verify_offline(cose, keys_file()).outcome is Outcome.ALTERED

    def test_names_the_reason(self) -> None:
        other = Ed25519PrivateKey.from_private_bytes(bytes(32))
        with pytest.raises(SealError) as refusal:
            seal.open_sealed(seal.seal(CLAIMS, other), KEYS)
        assert refusal.value.code == "unknown_key"
        forged = COSE[:-1] + bytes([COSE[-1] ^ 1])
        with pytest.raises(SealError) as refusal:
            seal.open_sealed(forged, KEYS)
        assert refusal.value.code == "bad_signature"

    @pytest.mark.parametrize(
        "change",
        [{"series": ""}, {"series": "B" * 20}, {"series": "BB\n"}, {"number": 0}, {"number": 65_536}, {"year": 0},
         {"issued_at": 2**32}, {"sha256": b"x"}, {"establishment": "x"}, {"establishment": SITE.upper()}, {"version": 2}],
    )  # fmt: skip
    def test_refuses_to_seal_what_does_not_fit(self, change: dict[str, Any]) -> None:
        with pytest.raises(SealError):
            seal.seal(replace(CLAIMS, **change), KEY)

    @given(st.binary(max_size=200))
    def test_noise_is_malformed_never_an_exception(self, noise: bytes) -> None:
        for cose in (noise, b"\xd2\x84" + noise):
            with pytest.raises(SealError):
                seal.peek(cose)

    def test_an_independent_library_agrees(self) -> None:
        cose_library, key_type = independent_cose()
        key = key_type.new({1: 1, 3: -8, -1: 6, -2: PUBLIC, 2: seal.key_id(PUBLIC)})

        def verify(cose: bytes) -> bytes:
            # Its 1.x line expects lists where today's cbor2 gives tuples under a tag; the parts are handed over as they are.
            outer = cbor2.loads(cose)
            head, unprotected, payload, signature = outer.value
            parts = [head, dict(unprotected), payload, signature]
            return bytes(cose_library.new().decode(cbor2.CBORTag(outer.tag, parts), key))

        assert cbor2.loads(verify(COSE))[2] == "BB-ĐKT"
        flipped = [position for position in range(len(COSE)) if _accepts(verify, COSE, position)]
        assert flipped == []


def _accepts(verify: Any, cose: bytes, position: int) -> bool:
    bad = bytearray(cose)
    bad[position] ^= 1
    try:
        verify(bytes(bad))
    except Exception:  # noqa: BLE001 - whatever that library raises is a refusal
        return False
    return True


def independent_cose() -> tuple[Any, Any]:
    """Import `cwt`; its certificate chains (not used here) need a library that misreads OpenSSL 3.0.1x version texts."""
    try:
        importlib.import_module("certvalidator")
    except Exception:  # noqa: BLE001 - LibraryNotFoundError of a package that may be absent
        stub: Any = types.ModuleType("certvalidator")
        stub.CertificateValidator = stub.ValidationContext = object
        sys.modules["certvalidator"] = stub
    from cwt import COSE as cose_library  # noqa: N811 - the library's own name is in capitals
    from cwt import COSEKey

    return cose_library, COSEKey


class TestQrText:
    def test_fits_version_10_with_the_longest_of_everything(self) -> None:
        widest = seal.seal(replace(CLAIMS, series="S" * seal.MAX_SERIES_BYTES, number=seal.MAX_NUMBER), KEY)
        assert len(HOST_24) == seal.MAX_HOST_LENGTH
        assert len(widest) == seal.MAX_COSE_BYTES
        assert len(seal.qr_text(HOST_24, widest)) == 311

    def test_reads_back_in_any_case_and_as_a_path(self) -> None:
        text = seal.qr_text(HOST_24, COSE)
        assert text == text.upper()
        path = text.removeprefix(f"HTTPS://{HOST_24.upper()}")
        for scanned in (text, text.lower(), path, path.lower(), f"  {text}\n", f"http://localhost:8000{path}"):
            assert seal.parse_qr(scanned) == COSE

    @pytest.mark.parametrize(
        "text", ["", "/M/", "/M/A", "/M/AAAA1", "https://x.vn/m/abc?x=1", "/M/AB======", "javascript:/m/AA"]
    )
    def test_refuses_other_texts(self, text: str) -> None:
        with pytest.raises(SealError):
            seal.open_sealed(seal.parse_qr(text), KEYS)

    def test_every_changed_character_is_refused(self) -> None:
        text = seal.qr_text(HOST_24, COSE)
        for position in range(text.index("/M/") + 3, len(text)):
            changed = text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]
            with pytest.raises(SealError):
                seal.open_sealed(seal.parse_qr(changed), KEYS)

    @pytest.mark.parametrize("host", ["", "a b", "x/y", "x?y", "đ.vn", "x:99999999"])
    def test_refuses_hosts_that_are_none(self, host: str) -> None:
        with pytest.raises(SealError):
            seal.qr_text(host, COSE)


class TestVerifyOffline:
    """Acceptance 10: a phone with only the public key list, 30 days old."""

    def test_genuine(self) -> None:
        result = seal.verify_offline(seal.qr_text(HOST_24, COSE), keys_file())
        assert result.outcome is Outcome.VALID
        assert "01/BB-ĐKT" in result.message_vi
        assert "ngày 01/11/2026" in result.message_vi

    def test_one_digit_altered(self) -> None:
        text = seal.qr_text(HOST_24, COSE)
        altered = text[:-60] + ("A" if text[-60] != "A" else "B") + text[-59:]
        assert seal.verify_offline(altered, keys_file()).outcome is Outcome.ALTERED

    def test_another_series_is_valid_as_itself(self) -> None:
        other = seal.seal(replace(CLAIMS, series="BB-SKHCN", number=7), KEY)
        result = seal.verify_offline(other, keys_file())
        assert result.outcome is Outcome.VALID
        assert "07/BB-SKHCN" in result.message_vi

    @pytest.mark.parametrize(("name", "outcome"), [("amended", Outcome.SUPERSEDED), ("void", Outcome.VOID)])
    def test_superseded_as_of_the_list(self, name: str, outcome: Outcome) -> None:
        listed = {name: [{"series": "BB-ĐKT", "year": 2026, "number": 1}]}
        result = seal.verify_offline(COSE, keys_file(**listed))
        assert result.outcome is outcome
        assert "ngày 01/11/2026" in result.message_vi
        assert (
            seal.verify_offline(seal.seal(replace(CLAIMS, year=2025), KEY), keys_file(**listed)).outcome
            is Outcome.VALID
        )

    @pytest.mark.parametrize("name", ["amended", "void", "conflicting"])
    def test_a_list_names_a_paper_not_the_other_one_of_its_number(self, name: str) -> None:
        """Of the two papers that a cloned tablet makes, crossing one out leaves the other valid."""
        listed = {name: [{"series": "BB-ĐKT", "year": 2026, "number": 1, "sha256": CLAIMS.sha256.hex()}]}
        outcome = Outcome.SUPERSEDED if name == "amended" else Outcome(name)
        assert seal.verify_offline(COSE, keys_file(**listed)).outcome is outcome
        twin = seal.seal(replace(CLAIMS, sha256=bytes([1] * 32)), KEY)
        assert seal.verify_offline(twin, keys_file(**listed)).outcome is Outcome.VALID

    def test_revoked_before_and_after_the_cut_off(self) -> None:
        # 1,790,000,000 is 2026-09-21T14:13:20Z.
        before = keys_file(key={"revoked_at": "2026-09-21T14:13:21Z"})
        after = keys_file(key={"revoked_at": "2026-09-21T14:13:20Z"})
        assert seal.verify_offline(COSE, before).outcome is Outcome.VALID
        assert seal.verify_offline(COSE, after).outcome is Outcome.REVOKED_KEY

    def test_unknown_key_still_shows_the_claims(self) -> None:
        result = seal.verify_offline(COSE, keys_file(keys=[]))
        assert result.outcome is Outcome.UNKNOWN_KEY
        assert result.claims is not None
        assert result.claims.number == 1

    def test_another_text_than_the_signed_one(self) -> None:
        canonical = '{"a":1}'
        cose = seal.seal(replace(CLAIMS, sha256=seal.digest(canonical)), KEY)
        assert seal.verify_offline(cose, keys_file(), canonical).outcome is Outcome.VALID
        assert seal.verify_offline(cose, keys_file(), canonical + " ").outcome is Outcome.ALTERED

    @pytest.mark.parametrize(
        "broken",
        ["", "[]", "{}", b"\xff", {"keys": 1}, keys_file(key={"kid": "00000000"}), keys_file(key={"public_key": "!"}),
         keys_file(key={"revoked_at": "2026-09-21"}), keys_file(amended=[{}]),
         keys_file(void=[{"series": "BB-ĐKT", "year": 2026, "number": 1, "sha256": "xyz"}])],
    )  # fmt: skip
    def test_an_unreadable_list_says_so(self, broken: Any) -> None:
        with pytest.raises(seal.KeysFileError):
            seal.verify_offline(COSE, broken)
