"""The tablet's core in a Node process: questions in, one JSON line each, answers out."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checklists.limits import RuleSet
from tests.contract.live import NODE

ROOT = Path(__file__).resolve().parents[3]
TABLET = ROOT / "tablet"


class Tablet:
    """What the tablet answers. `knows` sends a rule set once; questions name it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def knows(self, name: str, rules: RuleSet) -> None:
        """Give the tablet a rule set under a name."""
        self.answers([{"call": "rules", "name": name, "served": rules.served()}])

    def answers(self, questions: Iterable[dict[str, Any]]) -> list[Any]:
        """Return one answer to each question, in their order."""
        lines = [json.dumps(question) + "\n" for question in questions]
        assert self._process.stdin
        assert self._process.stdout
        # Its answers fill the pipe while it is still being asked.
        asking = threading.Thread(target=self._ask, args=(lines,))
        asking.start()
        found = [json.loads(self._process.stdout.readline()) for _ in lines]
        asking.join()
        return found

    def _ask(self, lines: list[str]) -> None:
        assert self._process.stdin
        self._process.stdin.writelines(lines)
        self._process.stdin.flush()


@contextmanager
def running(folder: Path, entry: str = "answer") -> Iterator[Tablet]:
    """Build tablet/test/twins/ENTRY.ts for Node into a folder and keep it answering."""
    vite = TABLET / "node_modules" / "vite" / "bin" / "vite.js"
    assert vite.exists(), "Thiếu gói của tablet/: hãy chạy `make setup`."
    subprocess.run(
        [NODE, str(vite), "build", "-c", "test/twins/vite.config.ts"],
        cwd=TABLET, env={**os.environ, "TWINS_OUT": str(folder), "TWINS_ENTRY": entry}, check=True,
    )  # fmt: skip
    # The policy of content of /app/ forbids evaluating texts; so does this process.
    command = [NODE, "--disallow-code-generation-from-strings", str(folder / f"{entry}.mjs")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=TABLET
    ) as process:
        yield Tablet(process)
        assert process.stdin
        process.stdin.close()


def same(one: Any, two: Any) -> bool:
    """Tell whether two answers are the same JSON, true apart from 1 and "1"."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
