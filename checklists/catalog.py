"""Reads the published checklists, indexes them by code and version, refuses ambiguity and drift."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from checklists.model import Checklist, Field, Item, ProcedureUse, Section, Text

DATA = Path(__file__).parent / "data"
PUBLISHED = "published.toml"
NOT_CHECKLISTS = frozenset({"limits"})


class CatalogError(Exception):
    """A checklist file that cannot be served; the message names it."""


@dataclass(frozen=True)
class Catalog:
    """Every published version, by (code, version)."""

    checklists: Mapping[tuple[str, int], Checklist]

    def get(self, code: str, version: int) -> Checklist | None:
        """Return one immutable version, or None."""
        return self.checklists.get((code, version))

    def latest(self, code: str) -> Checklist:
        """Return the newest version; KeyError for an unknown code."""
        return max((c for c in self.checklists.values() if c.code == code), key=lambda c: c.version, default=None) or _unknown(code)

    def all(self) -> list[Checklist]:
        """Every version, by code and version."""
        return [self.checklists[key] for key in sorted(self.checklists)]


def _unknown(code: str) -> Checklist:
    raise KeyError(code)


@lru_cache
def load(root: Path = DATA) -> Catalog:
    """Read every version under `root`; refuses a published one whose fingerprint changed."""
    published = read_published(root)
    found: dict[tuple[str, int], Checklist] = {}
    for path in sorted(root.glob("*/v*.yaml")):
        if path.parent.name in NOT_CHECKLISTS:
            continue
        checklist = read(path)
        key = checklist.code, checklist.version
        if key != (path.parent.name, int(path.stem[1:])):
            raise CatalogError(f"{path}: mã hoặc phiên bản không khớp với tên tệp.")
        known = published.get(f"{checklist.code}/v{checklist.version}")
        if known is not None and known != checklist.sha256:
            raise CatalogError(f"{path}: phiên bản đã công bố không được thay đổi; hãy tạo phiên bản mới.")
        found[key] = checklist
    return Catalog(found)


def read_published(root: Path) -> dict[str, str]:
    """Fingerprints of the published versions: {"code/vN": sha256}."""
    path = root / PUBLISHED
    return dict(tomllib.loads(path.read_text(encoding="utf-8")).get("published", {})) if path.exists() else {}


def read(path: Path) -> Checklist:
    """Read one file into a checklist with its served definition and fingerprint."""
    return build(yaml.safe_load(path.read_text(encoding="utf-8")))


def fingerprint(definition: Mapping[str, Any]) -> str:
    """SHA-256 of the served JSON with sorted keys, without the fingerprint itself."""
    rest = {k: v for k, v in definition.items() if k != "sha256"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def build(raw: Mapping[str, Any]) -> Checklist:
    """Make a checklist, and the JSON that is served, from the plain data of a file."""
    served: dict[str, Any] = {
        "code": raw["code"], "version": raw["version"], "title": dict(raw["title"]),
        "legal_basis": list(raw.get("legal_basis", [])),
        "sections": [_served_section(s) for s in raw["sections"]],
    }  # fmt: skip
    sha256 = fingerprint(served)
    served["sha256"] = sha256
    return Checklist(
        code=served["code"], version=served["version"], sha256=sha256, title=Text(**served["title"]),
        legal_basis=tuple(served["legal_basis"]), sections=tuple(_section(s) for s in served["sections"]), definition=served,
    )  # fmt: skip


def _served_section(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": raw["key"], "per": raw["per"], "title": dict(raw["title"]),
            "instrument_types": list(raw.get("instrument_types", [])),
            "items": [_served_item(i) for i in raw["items"]]}  # fmt: skip


def _served_item(raw: Mapping[str, Any]) -> dict[str, Any]:
    use = raw.get("procedure")
    return {
        "key": raw["key"], "text": dict(raw["text"]), "type": raw["type"],
        "fields": [_served_field(f) for f in raw.get("fields", [])],
        "columns": [_served_field(c) for c in raw.get("columns", [])],
        "required": bool(raw.get("required", False)), "photo": raw.get("photo", "none"), "when": raw.get("when"),
        "procedure": None if use is None else {"name": use["name"], "parameters": dict(use.get("parameters", {})),
                                               "rows": dict(use.get("rows", {}))},
        "legal_basis": list(raw.get("legal_basis", [])), "note": raw.get("note"),
    }  # fmt: skip


def _served_field(raw: Mapping[str, Any]) -> dict[str, Any]:
    choices = [{"key": c["key"], "title": dict(c["title"])} for c in raw.get("choices", [])]
    return {"key": raw["key"], "title": dict(raw["title"]), "type": raw["type"], "unit": raw.get("unit"), "choices": choices}


def _section(served: Mapping[str, Any]) -> Section:
    return Section(served["key"], served["per"], Text(**served["title"]), tuple(_item(i) for i in served["items"]),
                   tuple(served["instrument_types"]))  # fmt: skip


def _item(served: Mapping[str, Any]) -> Item:
    use = served["procedure"]
    return Item(
        key=served["key"], text=Text(**served["text"]), type=served["type"],
        fields=tuple(_field(f) for f in served["fields"]), columns=tuple(_field(c) for c in served["columns"]),
        required=served["required"], photo=served["photo"], when=served["when"],
        procedure=None if use is None else ProcedureUse(use["name"], use["parameters"], use["rows"]),
        legal_basis=tuple(served["legal_basis"]), note=served["note"],
    )  # fmt: skip


def _field(served: Mapping[str, Any]) -> Field:
    choices = tuple((c["key"], Text(**c["title"])) for c in served["choices"])
    return Field(served["key"], Text(**served["title"]), served["type"], served["unit"], choices)
