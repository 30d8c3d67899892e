"""One template and its warm compiler; minutes have their own (server/printing/minutes.py), which the tablet shares."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import typst

from server.printing.minutes import TEMPLATES, PrintError, fonts


class Press:
    """Sets one template with the fonts that papers are printed with."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._lock = threading.Lock()  # a compiler must not be used by two threads at once

    def sets(self, inputs: Mapping[str, str], format: Literal["pdf", "png"], **more: Any) -> bytes:
        """Set the template with these inputs. Raises PrintError."""
        try:
            with self._lock:
                made = self._compiler.compile(format=format, sys_inputs=dict(inputs), **more)
        except typst.TypstError as error:
            raise PrintError(f"Không in được: {error.message}") from error
        if not isinstance(made, bytes):
            raise PrintError("Không in được: bộ sắp chữ không trả về một tệp.")
        return made

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(input=str(TEMPLATES / self._template), root=str(TEMPLATES), font_paths=fonts())
