"""Reading a programme file: strict, every fault with its line, before anything is written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import yaml

from server.services.campaign_kinds import KINDS

MAX_FILE = 2 * 1024 * 1024
MAX_INT = 2**53
"""Beyond it JSON readers round; such a number is kept as text."""
SCOPES = ("core", "edge")
LINE = "__line__"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A programme that passed every check. `data` is the file but for its activities."""

    id: str
    year: int
    title: str
    activities: list[dict[str, Any]]
    data: dict[str, Any]


class ProgrammeFileError(Exception):
    """The file is refused; `faults` are Vietnamese sentences, each with its line where it has one."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Loader(yaml.SafeLoader):
    """YAML that keeps the line of every mapping, and refuses aliases (a small file may unfold to gigabytes)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases."""
        if self.check_event(yaml.AliasEvent):
            line = self.line + 1
            raise ProgrammeFileError([f"Dòng {line}: không dùng bí danh (*) trong tệp này."])
        return super().compose_node(parent, index)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {LINE: node.start_mark.line + 1}
    for key_node, value_node in node.value:
        key, line = loader.construct_object(key_node, deep=True), key_node.start_mark.line + 1
        if not isinstance(key, str) or key == LINE:
            raise ProgrammeFileError([f"Dòng {line}: tên trường {key!r} không hợp lệ."])
        if key in found:
            raise ProgrammeFileError([f"Dòng {line}: trường {key!r} đứng hai lần."])
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(raw: bytes) -> ProgrammeFile:
    """Read and check a programme file; refuses (ProgrammeFileError) with every fault that it finds."""
    document = _load(raw)
    faults: list[str] = []
    head = document.get("programme")
    if not isinstance(head, dict):
        raise ProgrammeFileError(["Thiếu phần `programme` (id, year, title)."])
    year = _check_head(head, faults)
    rows = document.get("activities")
    if not isinstance(rows, list) or not rows:
        raise ProgrammeFileError([*faults, "Thiếu danh sách `activities`."])
    seen: dict[str, int] = {}
    for place, row in enumerate(rows, 1):
        if isinstance(row, dict):
            _check_activity(row, year, seen, faults)
        else:
            faults.append(f"Hoạt động thứ {place} không phải một bản ghi.")
    related = document.get("related", [])
    if not isinstance(related, list) or not all(isinstance(r, dict) for r in related):
        faults.append("Phần `related` phải là danh sách bản ghi.")
    if faults:
        raise ProgrammeFileError(faults)
    data = _plain({key: value for key, value in document.items() if key != "activities"})
    return ProgrammeFile(head["id"], year, _plain(head["title"]), [_plain(row) for row in rows], data)


def _load(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_FILE:
        raise ProgrammeFileError([f"Tệp lớn hơn {MAX_FILE // 1024 // 1024} MB."])
    try:
        document = yaml.load(raw.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
    except UnicodeDecodeError:
        raise ProgrammeFileError(["Tệp không phải UTF-8."]) from None
    except yaml.MarkedYAMLError as error:
        line = f"Dòng {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ProgrammeFileError([f"{line}không đúng dạng YAML ({error.problem})."]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ProgrammeFileError([f"Không đúng dạng YAML ({error})."]) from None
    except RecursionError:
        raise ProgrammeFileError(["Tệp lồng quá sâu."]) from None
    if not isinstance(document, dict):
        raise ProgrammeFileError(["Tệp phải có `programme` và `activities`."])
    return document


def _check_head(head: dict[str, Any], faults: list[str]) -> int:
    line = head[LINE]
    for field, limit in (("id", 40), ("title", 500)):
        if not _is_text(head.get(field), limit):
            faults.append(f"Dòng {line}: chương trình cần `{field}` (tối đa {limit} ký tự).")
    if "/" in str(head.get("id")):
        faults.append(f"Dòng {line}: mã chương trình không được có dấu “/”.")
    year = head.get("year")
    if not _is_int(year, _FIRST_YEAR, _LAST_YEAR):
        faults.append(f"Dòng {line}: `year` phải là năm.")
        return _FIRST_YEAR
    return int(head["year"])


def _check_activity(row: dict[str, Any], year: int, seen: dict[str, int], faults: list[str]) -> None:
    line, code = row[LINE], row.get("id")

    def wrong(text: str) -> None:
        faults.append(f"Dòng {line}, hoạt động {code or '?'}: {text}")

    if not _is_text(code, 20):
        wrong("cần `id` (tối đa 20 ký tự).")
    elif code in seen:
        wrong(f"trùng mã với hoạt động ở dòng {seen[str(code)]}.")
    seen.setdefault(str(code), line)
    for field in ("subject", "domain"):
        if not _is_text(row.get(field), 1000 if field == "subject" else 60):
            wrong(f"cần `{field}`.")
    kind = KINDS.get(str(row.get("kind")))
    if kind is None:
        wrong(f"không có loại {row.get('kind')!r}; chọn một trong: {', '.join(KINDS)}.")
    elif not kind.in_force_within(year):
        wrong(f"“{kind.title}” không áp dụng trong năm {year} ({kind.basis}).")
    if row.get("scope") not in SCOPES:
        wrong("`scope` phải là core hoặc edge.")
    months = row.get("months")
    if not isinstance(months, list) or not all(_is_int(m, 1, 12) for m in months) or len(set(months)) < len(months):
        wrong("`months` là danh sách các tháng từ 1 đến 12, mỗi tháng một lần ([] nếu chương trình không nêu).")
    _check_occurrences(row, wrong)


def _check_occurrences(row: dict[str, Any], wrong: Any) -> None:
    """An activity stands on the programme's own sentence or on the person who added it (dossier §8)."""
    occurrences = row.get("occurrences", [])
    if not isinstance(occurrences, list) or not all(isinstance(o, dict) for o in occurrences):
        wrong("`occurrences` phải là danh sách bản ghi.")
        return
    person = _is_text(row.get("added_by"), 200)
    if not occurrences and not person:
        wrong("không có câu nguồn (`sentence`) và không có tên người bổ sung (`added_by`).")
    for one in occurrences:
        if not _is_text(one.get("sentence"), 5000) and not _is_text(one.get("added_by"), 200) and not person:
            wrong(f"mục ở dòng {one[LINE]} không có câu nguồn (`sentence`) và không có tên người bổ sung (`added_by`).")
        if one.get("month") is not None and not _is_int(one["month"], 1, 12):
            wrong(f"mục ở dòng {one[LINE]}: `month` từ 1 đến 12, hoặc null.")


def _plain(value: Any) -> Any:
    """Strip the lines; text to NFC, days and decimals to text, so that it is JSON without floats."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key != LINE}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool) or _is_int(value, -MAX_INT, MAX_INT):
        return value
    text = unicodedata.normalize("NFC", value if isinstance(value, str) else str(value))
    if _has_odd_characters(text):
        raise ProgrammeFileError([f"Có ký tự điều khiển trong {text[:60]!r}."])
    return text


def _is_text(value: Any, limit: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= limit and not _has_odd_characters(value)


def _has_odd_characters(text: str) -> bool:
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text)


def _is_int(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
