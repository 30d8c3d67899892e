"""Which checklists a domain of the work programme uses (data/domains.yaml), or why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from checklists.catalog import DATA, CatalogError

DOMAINS = "domains.yaml"


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain (lĩnh vực): the codes of its checklists, `general` left out; without any, the reason in Vietnamese."""

    name: str
    title: str
    checklists: tuple[str, ...]
    reason: str | None = None


@lru_cache
def load(root: Path = DATA) -> Mapping[str, Domain]:
    """Return the domains of a data folder by name; refuses a file that lint would not pass."""
    try:
        rows = yaml.safe_load((root / DOMAINS).read_text("utf-8"))
        found = [Domain(row["domain"], row["title"], tuple(row["checklists"]), row.get("reason")) for row in rows]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CatalogError(f"{DOMAINS}: không đúng dạng ({error}); chạy flask checklists lint để biết dòng") from error
    return {domain.name: domain for domain in found}


def of(name: str, root: Path = DATA) -> Domain:
    """Return a domain; one that the file does not know has no checklists, and says so."""
    unknown = "Lĩnh vực này chưa được gắn với danh mục kiểm tra nào (checklists/data/domains.yaml)"
    return load(root).get(name) or Domain(name, name, (), unknown)
