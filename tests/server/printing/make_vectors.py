"""Writes tests/vectors/minutes.json and qr.json: python -m tests.server.printing.make_vectors. A test holds them fast."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.printing import qr
from sync import paper, seal
from tests.server.printing.samples import SAMPLES
from tests.server.printing.side_papers import SIDE_PAPERS
from tests.server.printing.side_samples import SAMPLE_PAPERS
from tests.server.printing.verified_papers import VERIFIED_PAPERS

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
SEED = bytes(range(32))
HOST = "kiemtra.bacninh.gov.vn"
PAPERS = {**SAMPLES, **SIDE_PAPERS, **SAMPLE_PAPERS, **VERIFIED_PAPERS}


def minutes_vector(name: str) -> dict[str, Any]:
    """One case: documents in; canonical text, digest, COSE and QR text out. The key is for tests only."""
    documents = PAPERS[name]()
    doc = paper.compose(**documents)
    canonical = seal.canonical_text(doc)
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    claims = seal.Claims(
        series=doc["number"]["series"], year=doc["number"]["year"], number=doc["number"]["number"],
        issued_at=1_628_137_500, sha256=seal.digest(canonical), establishment=doc["establishment"]["id"],
    )  # fmt: skip
    cose = seal.seal(claims, key)
    return {
        "name": name,
        "documents": documents,
        "canonical": canonical,
        "sha256": claims.sha256.hex(),
        "private_key": SEED.hex(),
        "public_key": base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode(),
        "claims": {"series": claims.series, "year": claims.year, "number": claims.number, "issued_at": claims.issued_at,
                   "establishment": claims.establishment},
        "cose": base64.urlsafe_b64encode(cose).rstrip(b"=").decode(),
        "host": HOST,
        "qr": seal.qr_text(HOST, cose),
    }  # fmt: skip


def minutes_vectors() -> dict[str, Any]:
    """All minutes cases."""
    return {"about": "compose -> canonical -> COSE -> QR", "cases": [minutes_vector(name) for name in PAPERS]}


def qr_vectors() -> dict[str, Any]:
    """Symbols of the minutes' QR texts and of the shortest and longest texts."""
    texts = [minutes_vector(name)["qr"] for name in SAMPLES]
    texts += ["A", "HTTPS://A.VN/M/2KCETI", "HELLO WORLD $%*+-./:", "HTTPS://" + "Z2" * 151 + "7"]
    texts += [minutes_vector(name)["qr"] for name in (*SIDE_PAPERS, *SAMPLE_PAPERS, *VERIFIED_PAPERS)]
    cases = [{"text": text, "rows": qr.modules(text)} for text in texts]
    return {
        "about": "QR, one alphanumeric segment, level M, no boost, fixed mask, no border",
        "mask": qr.MASK,
        "cases": cases,
    }


def as_text(vectors: dict[str, Any]) -> str:
    """Write vectors the way they are kept."""
    return json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    VECTORS.mkdir(exist_ok=True)
    (VECTORS / "minutes.json").write_text(as_text(minutes_vectors()), encoding="utf-8")
    (VECTORS / "qr.json").write_text(as_text(qr_vectors()), encoding="utf-8")
