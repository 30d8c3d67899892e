"""A verifier's hands at one tablet: what is done a hundred times a day, by the app's own core in the app's own page."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.browser.day.tablet import PIN, FieldTablet
from tests.contract.live import NODE, ROOT


@dataclass
class Hands:
    """One tablet whose app is open and signed in; the script signs in beside it and works on the same database."""

    tablet: FieldTablet

    def __post_init__(self) -> None:
        """Put the script into the page; what reloads the page takes it away."""
        self.tablet.page.evaluate(script() + "\nglobalThis.atTheTable = atTheTable")
        self.does("opens", PIN)

    def does(self, name: str, *arguments: Any) -> Any:
        """Call one of its functions (tablet/test/table/table.ts)."""
        return self.tablet.page.evaluate("([name, given]) => atTheTable[name](...given)", [name, list(arguments)])

    def serves(self, session: str, owners: list[dict[str, Any]]) -> None:
        """Begin to receive, measure, conclude, mark, issue and hand back what these owners bring; two tablets work at once."""
        self.tablet.page.evaluate(
            "given => { globalThis.serving = atTheTable.serves(...given) }", [session, owners, typesetter()]
        )

    def served(self) -> list[dict[str, Any]]:
        """Wait until all of them are served; return what became of each instrument."""
        return list(self.tablet.page.evaluate("() => globalThis.serving"))

    def pdf(self, minutes: str) -> bytes:
        """The paper as the tablet keeps it."""
        return base64.b64decode(self.does("paper", minutes, True)["pdf"])


@cache
def script() -> str:
    """Bundle tablet/test/table/table.ts."""
    vite = ROOT / "tablet" / "node_modules" / "vite" / "bin" / "vite.js"
    assert vite.exists(), "chạy make setup trước"
    subprocess.run(
        [NODE, str(vite), "build", "-c", "test/table/vite.config.ts", "--logLevel", "error"],
        cwd=ROOT / "tablet", check=True, timeout=120,
    )  # fmt: skip
    return (ROOT / "build" / "table" / "table.js").read_text(encoding="utf-8")


def typesetter() -> str:
    """The address of the app's worker that prints."""
    [found] = (ROOT / "server" / "static" / "app" / "assets").glob("typesetter.worker-*.js")
    return f"/app/assets/{found.name}"
