"""`flask` on a database or settings that are missing or wrong: one Vietnamese sentence, exit 1, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.live import ROOT


def flask(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Type a command in a shell of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "PORT", "LOG_LEVEL"}}
    env = {
        **kept,
        "DATABASE_URL": f"sqlite:///{folder / 'new.sqlite3'}",
        "BLOB_URL": f"file:{folder / 'blobs'}",
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "flask", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (["users", "list", "--json"], {}, "flask db upgrade"),
        (["users", "list"], {"DATABASE_URL": "sqlite:////proc/nothing/new.sqlite3"}, "DATABASE_URL"),
        (["users", "list"], {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"}, "DATABASE_URL"),
        (["users", "list"], {"DATABASE_URL": f"sqlite:///{ROOT / 'README.md'}"}, "DATABASE_URL"),
        (["users", "list"], {"DATABASE_URL": "mysql://u:p@127.0.0.1/x"}, "DATABASE_URL"),
        (["users", "list"], {"PORT": "70000"}, "PORT"),
    ],
    ids=["not migrated", "no such folder", "no server", "no database", "unknown kind", "no port"],
)
def test_a_command_says_what_is_wrong_with_the_settings(
    tmp_path: Path, words: list[str], environment: dict[str, str], said: str
) -> None:
    done = flask(tmp_path, *words, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert not done.stderr.isascii()
    assert "Traceback" not in done.stderr
