"""YAML as nodes with their lines: the small reader that lint looks through, so that every complaint has a place."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

_STRING = "tag:yaml.org,2002:str"
_INTEGER = "tag:yaml.org,2002:int"
_BOOLEAN = "tag:yaml.org,2002:bool"


@dataclass(frozen=True, slots=True, order=True)
class LintProblem:
    """One thing wrong in one file, with its line counted from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class Reader:
    """One file read as nodes; every complaint is kept with its line."""

    file: str
    problems: list[LintProblem] = field(default_factory=list)

    def open(self, path: Path) -> yaml.Node | None:
        """Return the root node of a file; complains about what is no UTF-8 YAML, twice-written keys and text not NFC."""
        try:
            root: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
        except UnicodeDecodeError:
            self.complain(1, "không phải UTF-8")
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.complain(mark.line + 1 if mark else 1, f"không phải YAML: {error.problem or error.context}")
            return None
        except (yaml.YAMLError, RecursionError) as error:
            self.complain(1, f"không phải YAML: {type(error).__name__}")
            return None
        if root is None:
            self.complain(1, "tệp trống")
            return None
        self._check_text(root)
        return root

    def complain(self, where: yaml.Node | int, message: str) -> None:
        """Keep a problem, at a node or at a line."""
        line = where if isinstance(where, int) else where.start_mark.line + 1
        problem = LintProblem(self.file, line, message)
        if problem not in self.problems:
            self.problems.append(problem)

    def mapping(
        self, node: yaml.Node, what: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return the known keys of a mapping; complains about unknown, missing and twice-written ones."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{what} phải là một nhóm khóa và giá trị")
            return {}
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key not in required and key not in optional:
                self.complain(key_node, f"{what}: khóa lạ “{key}”")
            elif key in found:
                self.complain(key_node, f"{what}: khóa “{key}” viết hai lần")
            else:
                found[key] = value
        for key in required:
            if key not in found:
                self.complain(node, f"{what}: thiếu “{key}”")
        return found

    def pairs(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """Return a mapping with free keys; complains about twice-written ones."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, f"{what} phải là một nhóm khóa và giá trị")
            return {}
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            if str(key_node.value) in found:
                self.complain(key_node, f"{what}: khóa “{key_node.value}” viết hai lần")
            found[str(key_node.value)] = value
        return found

    def sequence(self, node: yaml.Node | None, what: str, *, least: int = 0) -> list[yaml.Node]:
        """Return the members of a list, none for no list."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.complain(node, f"{what} phải là một danh sách")
            return []
        if len(node.value) < least:
            self.complain(node, f"{what} phải có ít nhất {least} dòng")
        return list(node.value)

    def text(self, node: yaml.Node | None, what: str) -> str | None:
        """Return a text that is there and not blank."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or node.tag != _STRING:
            self.complain(node, f"{what} phải là chữ (đặt trong dấu ngoặc kép nếu cần)")
            return None
        value = str(node.value)
        if not value.strip() or value != value.strip():
            self.complain(node, f"{what} không được trống, không có dấu cách ở đầu và cuối")
        return value

    def word(self, node: yaml.Node | None, what: str, words: Collection[str]) -> str | None:
        """Return one of the known words."""
        value = self.text(node, what)
        if node is not None and value is not None and value not in words:
            self.complain(node, f"{what} “{value}” không có; được dùng: {', '.join(sorted(words))}")
            return None
        return value

    def flag(self, node: yaml.Node | None, what: str) -> None:
        """Complain unless true, false or absent."""
        if node is not None and (node.tag != _BOOLEAN or str(node.value).lower() not in ("true", "false")):
            self.complain(node, f"{what} phải là true hoặc false")

    def number(self, node: yaml.Node | None, what: str) -> int | None:
        """Return a whole number."""
        if node is None:
            return None
        if node.tag != _INTEGER or not str(node.value).isdecimal():
            self.complain(node, f"{what} phải là số nguyên dương")
            return None
        return int(node.value)

    def _check_text(self, root: yaml.Node) -> None:
        for node in scalars(root):
            value = str(node.value)
            if not unicodedata.is_normalized("NFC", value):
                self.complain(node, f"chữ không ở dạng Unicode NFC: “{value[:40]}”")
            if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") for char in value):
                self.complain(node, f"chữ có ký tự điều khiển hoặc ký tự ẩn: “{value[:40]!r}”")


def scalars(root: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Yield every scalar once, keys too, though an anchor may name it many times."""
    stack: list[yaml.Node] = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            yield node
        elif isinstance(node, yaml.SequenceNode):
            stack.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            stack.extend(each for pair in node.value for each in pair)
