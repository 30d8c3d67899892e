"""Checklists from data/<code>/v<n>.yaml: read, served, fingerprinted, published, indexed by code and version.

Bindings of a procedure's parameters, as served and as `checklists.judge` resolves them:
`{from: "subject.<path>"}` reads the instrument document (`subject.attributes.e`);
`{from: "item:<KEY>"}` reads `values["value"]` of the finding of that item, `{from: "item:<KEY>.<field>"}` another
field of it. KEY may be the item itself: then its own finding is meant (the test load above a table, the background
readings beside the points). The finding is the one of the same subject, else the one of the visit;
`{value: "each"}` is a constant. A field with `many: true` holds a list of readings. What was not entered is left out.
`rows: {v_fd: column}` names the column whose cell feeds each input of a row.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from checklists.model import Checklist, Field, Item, ProcedureUse, Section, Text

DATA = Path(__file__).parent / "data"
PUBLISHED = "published.toml"
# Folders of data/ that hold something else than a checklist.
NOT_CHECKLISTS = frozenset({"limits"})
VERSION_FILE = re.compile(r"v([1-9]\d{0,3})\.yaml", re.ASCII)
ANSWER_CHOICES = {
    "conforming": {"vi": "Đạt", "en": "Conforming"},
    "nonconforming": {"vi": "Không đạt", "en": "Nonconforming"},
    "not_checked": {"vi": "Không kiểm tra", "en": "Not checked"},
    "not_applicable": {"vi": "Không áp dụng", "en": "Not applicable"},
}

# Every process reads the whole catalog once; libyaml does it in a tenth of the time, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogError(Exception):
    """Checklist files that cannot be served; the message is Vietnamese and names the file."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every published version, by (code, version)."""

    checklists: Mapping[tuple[str, int], Checklist]

    def get(self, code: str, version: int) -> Checklist | None:
        """Return one immutable version, or None."""
        return self.checklists.get((code, version))

    def latest(self, code: str) -> Checklist:
        """Return the newest version of a checklist; KeyError for an unknown code."""
        return self.checklists[code, max((v for c, v in self.checklists if c == code), default=0)]

    def all(self) -> list[Checklist]:
        """Return every version, by code and version."""
        return [self.checklists[key] for key in sorted(self.checklists)]


@lru_cache
def load(root: Path = DATA) -> Catalog:
    """Return the published checklists of a data folder.

    Refuses a published version that is missing or whose fingerprint changed, and a file whose code or version is not
    that of its path. A file that is not in published.toml yet is a draft and is not served.
    """
    files = version_files(root)
    found: dict[tuple[str, int], Checklist] = {}
    for key, sha256 in read_published(root).items():
        if key not in files:
            raise CatalogError(f"{PUBLISHED}: không có tệp của phiên bản đã công bố {key[0]}/v{key[1]}")
        checklist = read(files[key])
        if checklist.sha256 != sha256:
            raise CatalogError(f"{files[key]}: phiên bản đã công bố không được thay đổi; hãy tạo phiên bản mới")
        found[key] = checklist
    return Catalog(found)


def version_files(root: Path) -> dict[tuple[str, int], Path]:
    """Return the checklist files of a data folder by (code, version), published or not."""
    files = {}
    for path in sorted(root.glob("*/*.yaml")):
        match = VERSION_FILE.fullmatch(path.name)
        if match is not None and path.parent.name not in NOT_CHECKLISTS:
            files[path.parent.name, int(match[1])] = path
    return files


def read_published(root: Path) -> dict[tuple[str, int], str]:
    """Return the fingerprints in published.toml by (code, version); refuses one of another shape."""
    path = root / PUBLISHED
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            (code, int(version.removeprefix("v"))): str(sha256)
            for code, versions in tables.items()
            for version, sha256 in versions.items()
        }
    except (ValueError, AttributeError) as error:
        raise CatalogError(f"{path}: không đọc được: {error}") from error


def read(path: Path) -> Checklist:
    """Return the checklist of one file; refuses one that is not of the shape (lint names the lines)."""
    try:
        checklist = build(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))  # noqa: S506 - either is a safe loader
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise CatalogError(f"{path}: không đúng dạng ({error}); chạy flask checklists lint để biết dòng") from error
    match = VERSION_FILE.fullmatch(path.name)
    if (checklist.code, checklist.version) != (path.parent.name, int(match[1]) if match else None):
        raise CatalogError(f"{path}: mã hoặc phiên bản không khớp với tên tệp")
    return checklist


def build(raw: Mapping[str, Any]) -> Checklist:
    """Return the checklist, with the JSON that is served, of the plain data of a file that lint accepts."""
    served: dict[str, Any] = {
        "code": raw["code"],
        "version": raw["version"],
        "title": _text(raw["title"]),
        "legal_basis": list(raw.get("legal_basis", [])),
        "sections": [_serve_section(section) for section in raw["sections"]],
    }
    return from_served({**served, "sha256": fingerprint(served)})


def fingerprint(definition: Mapping[str, Any]) -> str:
    """Return SHA-256 of the sorted-key JSON of a served definition, without its own fingerprint."""
    rest = {key: value for key, value in definition.items() if key != "sha256"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def from_served(served: Mapping[str, Any]) -> Checklist:
    """Return the checklist of a served definition; the caller checked its fingerprint."""
    return Checklist(
        code=served["code"],
        version=served["version"],
        sha256=served["sha256"],
        title=Text(**served["title"]),
        legal_basis=tuple(served["legal_basis"]),
        sections=tuple(_section(section) for section in served["sections"]),
        definition=served,
    )


def basis_without(entries: Iterable[str], uncitable: Iterable[str]) -> tuple[str, ...]:
    """Return the citations that cite none of these documents, named by number."""
    numbers = tuple(uncitable)
    return tuple(entry for entry in entries if not any(cites(entry, number) for number in numbers))


def cites(entry: str, number: str) -> bool:
    """Tell whether a citation is of the document with this number."""
    # The document cited stands before the first comma or article; what amends it is named after.
    return number in re.split(r", | Điều ", entry, maxsplit=1)[0]


def _text(raw: Mapping[str, Any]) -> dict[str, str]:
    return {"vi": raw["vi"], "en": raw["en"]}


def _serve_section(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": raw["key"],
        "per": raw["per"],
        "title": _text(raw["title"]),
        "instrument_types": list(raw.get("instrument_types", [])),
        "items": [_serve_item(item) for item in raw["items"]],
    }


def _serve_item(raw: Mapping[str, Any]) -> dict[str, Any]:
    use = raw.get("procedure")
    return {
        "key": raw["key"],
        "text": _text(raw),
        "type": raw["type"],
        "fields": [_serve_field(field) for field in raw.get("fields", [])],
        "columns": [_serve_field(column) for column in raw.get("columns", [])],
        "required": raw.get("required", False),
        "photo": raw["photo"],
        "when": raw.get("when"),
        "procedure": use and {"name": use["name"], "parameters": use["parameters"], "rows": use["rows"]},
        "legal_basis": list(raw.get("legal_basis", [])),
        "note": raw.get("note"),
    }


def _serve_field(raw: Mapping[str, Any]) -> dict[str, Any]:
    choices = [{"key": choice["key"], "title": _text(choice)} for choice in raw.get("choices", [])]
    if raw["type"] == "answer":
        choices = [{"key": key, "title": dict(title)} for key, title in ANSWER_CHOICES.items()]
    return {
        "key": raw["key"],
        "title": _text(raw),
        "type": raw["type"],
        "unit": raw.get("unit"),
        "unit_from": raw.get("unit_from"),
        "many": raw.get("many", False),
        "choices": choices,
    }


def _section(served: Mapping[str, Any]) -> Section:
    return Section(
        served["key"],
        served["per"],
        Text(**served["title"]),
        tuple(_item(item) for item in served["items"]),
        tuple(served["instrument_types"]),
    )


def _item(served: Mapping[str, Any]) -> Item:
    use = served["procedure"]
    return Item(
        key=served["key"],
        text=Text(**served["text"]),
        type=served["type"],
        fields=tuple(_field(field) for field in served["fields"]),
        columns=tuple(_field(column) for column in served["columns"]),
        required=served["required"],
        photo=served["photo"],
        when=served["when"],
        procedure=use and ProcedureUse(use["name"], use["parameters"], use["rows"]),
        legal_basis=tuple(served["legal_basis"]),
        note=served["note"],
    )


def _field(served: Mapping[str, Any]) -> Field:
    return Field(
        key=served["key"],
        title=Text(**served["title"]),
        type=served["type"],
        unit=served["unit"],
        choices=tuple((choice["key"], Text(**choice["title"])) for choice in served["choices"]),
        unit_from=served["unit_from"],
        many=served["many"],
    )
