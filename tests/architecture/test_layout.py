"""What a newcomer relies on: small files, reasons beside exceptions, NFC text, no machine's paths."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 400


def sources(*suffixes: str) -> list[Path]:
    """Files that git tracks, or would."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [ROOT / name for name in names if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_no_source_file_is_too_large_to_see_across() -> None:
    long = {str(p.relative_to(ROOT)): n for p in sources(".py") if (n := len(p.read_text().splitlines())) > MAX_LINES}
    assert long == {}


def test_every_exception_to_a_check_says_why() -> None:
    exception = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?:: ?[A-Z0-9, ]+|\[[a-z, -]+\])?(?P<reason>.*)")
    bare = [
        f"{p.relative_to(ROOT)}:{number}"
        for p in sources(".py")
        if p != Path(__file__)
        for number, line in enumerate(p.read_text().splitlines(), 1)
        if (found := exception.search(line)) and not re.search(r"\w{3}", found["reason"])
    ]
    assert bare == []


def test_text_is_nfc() -> None:
    odd = [str(p.relative_to(ROOT)) for p in sources(".py", ".yaml", ".md", ".html", ".typ", ".toml")
           if not p.is_relative_to(ROOT / "tests") and not unicodedata.is_normalized("NFC", p.read_text())]  # fmt: skip
    assert odd == []


def test_no_lock_file_names_a_registry() -> None:
    for path in [*ROOT.glob("requirements*.txt"), *sources("package-lock.json")]:
        assert not re.search(r"https?://[^\s\"]*(pypi|pythonhosted|npmjs|/simple)", path.read_text()), path.name
