"""QR symbols: python-qrcode and the tablet's uqr draw the same modules; a camera reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp

from server.printing import qr
from tests.server.printing.make_vectors import qr_vectors

ROOT = Path(__file__).resolve().parents[3]
UQR = ROOT / "tests" / "node" / "node_modules" / "uqr" / "dist" / "index.mjs"
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "qr.json").read_text(encoding="utf-8"))
SCRIPT = """
const { encode } = await import(process.argv[1]);
const { mask, cases } = JSON.parse(process.argv[2]);
const drawn = cases.map(({ text }) => encode(text, { ecc: 'M', maskPattern: mask, boostEcc: false, border: 0 }));
console.log(JSON.stringify(drawn.map(({ data }) => data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')))));
"""


def test_the_vectors_are_ours() -> None:
    assert qr_vectors() == VECTORS


def test_uqr_draws_the_same_modules() -> None:
    node = shutil.which("node") or shutil.which(ROOT / ".venv" / "bin" / "node")
    if node is None or not UQR.exists():
        pytest.fail("Thiếu Node hoặc gói uqr trong tests/node: hãy chạy `make setup`.")
    done = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT, UQR.as_uri(), json.dumps(VECTORS)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout) == [case["rows"] for case in VECTORS["cases"]]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(len(case["text"])))
def test_reads_back(case: dict[str, Any]) -> None:
    bits = np.array([[0 if dark == "1" else 255 for dark in row] for row in case["rows"]], dtype=np.uint8)
    image = np.kron(np.pad(bits, 4, constant_values=255), np.ones((4, 4), dtype=np.uint8))
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [case["text"]]
    assert qr.version_of(case["rows"]) <= qr.MAX_VERSION


def test_svg_has_a_quiet_zone_and_nothing_else() -> None:
    drawn = qr.svg(qr.modules("A"))
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"')
    assert "M4 4h7v1h-7z" in drawn


@pytest.mark.parametrize("text", ["a", "Đ", "?", "A" * 312, "\n"])
def test_refuses_what_has_no_alphanumeric_symbol(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - two kinds, both ValueError, are promised
        qr.modules(text)
