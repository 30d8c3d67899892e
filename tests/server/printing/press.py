"""Prints samples for tests: compose, sign with the test key, render."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pdfplumber
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.printing import minutes
from sync import paper, seal
from tests.server.printing.make_vectors import HOST, SEED
from tests.server.printing.samples import SAMPLES

MM = 72 / 25.4
NOTHING = (0, 0, 0, 0)
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
KEYS = {seal.key_id(KEY.public_key().public_bytes_raw()): KEY.public_key().public_bytes_raw()}


@dataclass(frozen=True)
class Paper:
    """One printed document and what it was printed from."""

    canonical: str
    cose: bytes
    pdf: bytes

    @property
    def text(self) -> str:
        with pdfplumber.open(io.BytesIO(self.pdf)) as pdf:
            return "\n".join(page.extract_text() or "" for page in pdf.pages)


def printed(documents: dict[str, Any], status: minutes.Status = "issued", *, twin: bool = False) -> Paper:
    """Compose, sign and print."""
    doc = paper.compose(**documents)
    canonical = seal.canonical_text(doc)
    claims = seal.Claims(series="BB-ĐKT", year=2021, number=1, issued_at=1_628_137_500, sha256=seal.digest(canonical),
                         establishment=doc["establishment"]["id"])  # fmt: skip
    cose = seal.seal(claims, KEY)
    return Paper(canonical, cose, minutes.render(canonical, cose, host=HOST, status=status, twin=twin))


@lru_cache
def sample(name: str) -> Paper:
    """One of the three samples as issued."""
    return printed(SAMPLES[name]())


def pages(pdf: bytes) -> Any:
    return pdfplumber.open(io.BytesIO(pdf)).pages
