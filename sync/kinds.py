"""The kinds of documents: who may write them, which operations they take, how their fields merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FIELD_MERGED = frozenset({"create", "patch", "delete", "resolve"})
_APPEND_ONLY = frozenset({"create", "append", "void"})
_SESSION = "verification_session"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the protocol's tables "Documents" and "Kinds and who may write them".

    `lists` merge as sets, `maps` merge key by key, `logs` are lists that only grow, `server` fields are made by the server
    alone, `fixed` fields never change after creation, `texts` keep their exact bytes (no NFC: they are hashed). `beside` is
    another kind and field of a parent, where a document names that one instead.
    """

    name: str
    types: frozenset[str]
    parent_kind: str | None = None
    parent_field: str | None = None
    in_area: bool = False
    lists: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset()
    server: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    logs: frozenset[str] = frozenset()
    beside: tuple[str, str] | None = None

    def under(self, fields: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """Return the kind and the field of the parent that these fields name."""
        own, other = self.parent_field, self.beside
        if other is not None and own is not None and fields.get(other[1]) is not None and fields.get(own) is None:
            return other
        return self.parent_kind, own

    @property
    def append_only(self) -> bool:
        """Never patched: replaced by a new one and a void."""
        return "patch" not in self.types


_OURS = frozenset({"conflicts", "created_by", "voided"})
_OF_INSPECTION = ("inspection", "inspection_id", frozenset({"inspection_id"}))


def _child(
    name: str, types: frozenset[str], *, lists: frozenset[str] = frozenset(), maps: frozenset[str] = frozenset(),
    server: frozenset[str] = frozenset(), fixed: frozenset[str] = frozenset(), texts: frozenset[str] = frozenset(),
    logs: frozenset[str] = frozenset(), beside: tuple[str, str] | None = None,
) -> Kind:  # fmt: skip
    parent_kind, parent_field, parent_fixed = _OF_INSPECTION
    return Kind(name, types, parent_kind, parent_field, lists=lists, maps=maps, server=server | _OURS,
                fixed=fixed | parent_fixed, texts=texts, logs=logs, beside=beside)  # fmt: skip


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("establishment", _FIELD_MERGED, in_area=True, lists=frozenset({"business_lines"}), server=_OURS | {"merged_into"}),
        Kind("instrument", _FIELD_MERGED, "establishment", "establishment_id", in_area=True,
             maps=frozenset({"attributes"}), server=_OURS | {"measure_ids", "suspensions", "verifications"}, fixed=frozenset({"establishment_id"})),
        Kind("inspection", _FIELD_MERGED, "campaign", "campaign_id",
             lists=frozenset({"checklists", "standards", "visits"}),
             maps=frozenset({"standard_overrides", "received", "handed_back"}),
             server=_OURS | {"review", "formerly"},
             fixed=frozenset({"campaign_id", "establishment_id", "follows"})),
        _child("finding", _FIELD_MERGED | {"void"}, lists=frozenset({"photo_ids"}), maps=frozenset({"values"}),
               server=frozenset({"computed"}), fixed=frozenset({"checklist", "item", "subject_id", "ordinal"})),
        _child("requirement", _FIELD_MERGED, lists=frozenset({"finding_ids", "evidence", "photo_ids"})),
        _child("measure", _FIELD_MERGED | {"append"}, lists=frozenset({"serials", "before_photo_ids", "after_photo_ids"})),
        _child("sample", _FIELD_MERGED | {"void"}, lists=frozenset({"finding_ids", "photo_ids", "tests"}),
               maps=frozenset({"portions"}), logs=frozenset({"custody"}), server=frozenset({"warnings"})),
        _child("photo", _APPEND_ONLY, server=frozenset({"status", "width", "height", "exif", "warnings"}),
               fixed=frozenset({"session_id"}), beside=(_SESSION, "session_id")),
        _child("signature", _APPEND_ONLY),
        _child("minutes", _APPEND_ONLY, texts=frozenset({"canonical", "cose"}), logs=frozenset({"handling"}),
               server=frozenset({"status", "diverged", "warnings", "freezes"})),
        Kind(_SESSION, frozenset({"create", "patch", "resolve", "void"}), "campaign", "campaign_id",
             lists=frozenset({"verifiers", "standards"}), maps=frozenset({"standard_overrides"}),
             logs=frozenset({"environment"}), server=_OURS, fixed=frozenset({"campaign_id"})),
        Kind("mark", _APPEND_ONLY, _SESSION, "session_id", server=_OURS | {"warnings"}),
        Kind("stocktake", _APPEND_ONLY, _SESSION, "session_id", server=_OURS | {"expected", "difference"}),
        _child("payment", _APPEND_ONLY),
    )
}  # fmt: skip

SERVER_KINDS = frozenset(
    {
        "campaign",
        "checklist",
        "rules",
        "lease",
        "user",
        "account",
        "measurement_standard",
        "organisation",
        "area",
        "case",
        "work_calendar",
        "programme_addition",
        "programme_result",
        "other_inspection",
        "lab_result",
        "merger",
        "mark_batch",
        "mark_lease",
        "price",
    }
)
"""Written by pages and commands only (journalled with no device)."""

TYPES = frozenset({"create", "patch", "append", "delete", "void", "resolve"})
