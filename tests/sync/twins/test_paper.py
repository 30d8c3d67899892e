"""The tablet composes, seals and judges paper as the server does: the same text, the same bytes, the same sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.printing import qr
from sync import paper, seal
from sync.paper_blank import blank
from sync.paper_forms import FORMS, form_of
from tests.checklists.twins.tablet import Tablet, running
from tests.server.printing.make_vectors import HOST
from tests.sync.test_seal import CLAIMS, COSE, KEY, SITE, keys_file
from tests.sync.twins.paper_cases import TEXTS, cases

AT_ONCE = 100


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablet]:
    with running(tmp_path_factory.mktemp("paper"), "paper") as found:
        yield found


def ask(tablet: Tablet, call: str, *args: Any) -> Any:
    """Ask one question."""
    return tablet.answers([{"call": call, "args": args}])[0]


@pytest.fixture
def compared(request: pytest.FixtureRequest) -> tuple[int, int]:
    """How many chance inspections, and the seed of the chance: `--comparisons` and `--comparison-seed`."""
    return request.config.getoption("--comparisons") or 300, request.config.getoption("--comparison-seed") or 5


def test_both_compose_the_same_text(tablet: Tablet, compared: tuple[int, int]) -> None:
    count, seed = compared
    forms = set()
    for first in range(0, count, AT_ONCE):
        asked = list(cases(min(count, first + AT_ONCE), seed, first))
        theirs = tablet.answers([{"call": "composed", "args": [documents]} for documents in asked])
        for number, (documents, answer) in enumerate(zip(asked, theirs, strict=True), first):
            composed = paper.compose(**documents)
            assert answer == seal.canonical_text(composed), f"case {number} of seed {seed}"
            forms.add(composed["form"])
    assert forms == set(FORMS)


def test_both_empty_the_same_sheet_or_have_none(tablet: Tablet) -> None:
    for number, documents in enumerate(cases(60, 8)):
        expected: Any
        try:
            sheet = blank(form_of(documents["form"]), paper.compose(**documents), documents["checklists"])
            expected = seal.canonical_text(sheet)
        except ValueError as refused:
            expected = {"thrown": str(refused)}
        assert ask(tablet, "blank", documents) == expected, f"case {number}"


def test_both_write_the_same_canonical_text_or_refuse_with_the_same_words(tablet: Tablet) -> None:
    dice = Random(3)
    for _ in range(300):
        doc = {"doc": _chance_document(dice, 0)}
        expected: Any
        try:
            expected = seal.canonical_text(doc)
        except seal.CanonicalError as refused:
            expected = {"thrown": str(refused)}
        assert ask(tablet, "canonical", doc) == expected


def _chance_document(dice: Random, depth: int) -> Any:
    kind = dice.randrange(8 if depth < 4 else 5)
    if kind == 0:
        return dice.choice([None, True, False, 0, -1, 2**53 - 1, -(2**53) + 1])
    if kind == 1 and dice.random() < 0.1:
        return dice.choice([0.5, 2**53, "nửa \ud800"])
    if kind < 5:
        return dice.choice(TEXTS) + chr(dice.choice([dice.randrange(0x20, 0xD800), dice.randrange(0xE000, 0x110000)]))
    if kind == 5:
        return [_chance_document(dice, depth + 1) for _ in range(dice.randrange(4))]
    names = [dice.choice([*TEXTS, "10", "9", "\uff5e", "\U0001f600"]) for _ in range(dice.randrange(6))]
    return {name: _chance_document(dice, depth + 1) for name in names}


def test_what_either_signs_the_other_opens(tablet: Tablet) -> None:
    dice = Random(7)
    for _ in range(40):
        key = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
        raw, public = key.private_bytes_raw(), key.public_key().public_bytes_raw()
        said: dict[str, Any] = {"series": dice.choice(["BB-ĐKT", "A", "BB-CCTĐC-KTNN"]), "year": dice.randint(1, 9999),
                "number": dice.randint(1, 65_535), "issued_at": dice.randint(1, 2**32 - 1), "establishment": SITE}  # fmt: skip
        text = seal.canonical_text({"n": dice.random().hex()})
        claims = seal.Claims(**said, sha256=seal.digest(text))
        cose = seal.seal(claims, key)
        made = ask(tablet, "sealed", said, text, raw.hex(), HOST)
        assert made == {"cose": cose.hex(), "qr": seal.qr_text(HOST, cose)}
        opened = seal.open_sealed(bytes.fromhex(made["cose"]), {seal.key_id(public): public})
        assert ask(tablet, "peeked", cose.hex()) == {
            **said, "version": 1, "sha256": opened.sha256.hex(), "key_id": seal.key_id(public).hex(),
        }  # fmt: skip
        assert ask(tablet, "modules", made["qr"]) == qr.modules(made["qr"])


def test_both_judge_a_seal_alike_whatever_is_done_to_it(tablet: Tablet) -> None:
    """Every byte changed, and chance cuts and insertions: the same outcome; for changed bytes the same sentence."""
    dice = Random(11)
    listed = json.dumps(keys_file())
    changed = [
        bytes([*COSE[:at], COSE[at] ^ (1 << bit), *COSE[at + 1 :]]) for at in range(len(COSE)) for bit in range(8)
    ]
    broken = [
        COSE[:at] + dice.randbytes(dice.randint(0, 3)) + COSE[at + dice.randint(0, 3) :] for at in range(len(COSE))
    ]
    asked = [COSE, *changed, *broken]
    theirs = tablet.answers([{"call": "verified", "args": [cose.hex(), True, listed]} for cose in asked])
    for cose, (outcome, message, number) in zip(asked, theirs, strict=True):
        expected = seal.verify_offline(cose, listed)
        assert (outcome, message) == (expected.outcome, expected.message_vi), cose.hex()
        assert number == (None if expected.claims is None else expected.claims.number), cose.hex()


@pytest.mark.parametrize("name", ["amended", "void", "conflicting", None])
@pytest.mark.parametrize(
    "revoked_at", [None, "2026-09-21T14:13:19Z", "2026-09-21T14:13:20+00:00", "2026-09-21T21:13:21+07:00"]
)
def test_both_say_the_same_of_a_list(tablet: Tablet, name: str | None, revoked_at: str | None) -> None:
    own = {"series": CLAIMS.series, "year": CLAIMS.year, "number": CLAIMS.number}
    for sha256 in (CLAIMS.sha256.hex(), None, "11" * 32):
        lists = {} if name is None else {name: [{**own, "sha256": sha256}]}
        listed = json.dumps(keys_file(key={"revoked_at": revoked_at}, **lists))
        for scanned in (
            seal.qr_text(HOST, COSE),
            seal.qr_text(HOST, seal.seal(CLAIMS, KEY)).lower(),
            "/m/aa",
            "xin chào",
        ):
            expected = seal.verify_offline(scanned, listed)
            assert ask(tablet, "verified", scanned, False, listed)[:2] == [expected.outcome, expected.message_vi]
