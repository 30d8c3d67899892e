"""How the trail names acts and what they were done to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.numbers import MinutesPaper
from server.services.account_words import ACCOUNT_ACTS
from server.services.history import Entry
from server.services.kind_words import DOCUMENT_KINDS
from server.services.wording import INSPECTION_STATUSES, ROLES
from sync.paper_words import upper_first

VIEWS = {
    "saw": "Xem",
    "took": "Tải về",
    "signed_in": "Đăng nhập",
    "signed_out": "Đăng xuất",
    "refused": "Đăng nhập sai",
}
NOBODY = "(không có tài khoản này)"
FIELDS = {"person": "Người", "document": "Mã hồ sơ", "first": "Từ ngày", "last": "Đến ngày", "what": "Loại"}
CHANGED = "Sửa"
ACTS = {
    "create": "Thêm",
    "received": "Nhận đủ",
    "delete": "Xóa",
    "void": "Hủy",
    "resolve": "Chọn giá trị",
    "gone": "Chuyển đi",
}
_NOUNS = {
    "account": "tài khoản", "print_batch": "tập giấy in", "quarantine": "dữ liệu chờ xử lý", "device": "hàng đợi của máy",
    "conflict": "chỗ ghi khác nhau", "trail": "nhật ký",
}  # fmt: skip
"""What is looked at and is no document."""
NAMED = 200
_AT_SITES = ("inspection", "establishment", "instrument")
"""Kinds that are named by the establishment they belong to."""


def noun(kind: str) -> str:
    """Name a kind of document."""
    return upper_first(DOCUMENT_KINDS.get(kind) or _NOUNS.get(kind, kind))


def act(entry: Entry) -> tuple[str, str]:
    """Return what was done, and which fields or why."""
    if entry.status:
        return f"Chuyển sang “{INSPECTION_STATUSES.get(entry.status, entry.status)}”", entry.reason or ""
    said = ACTS.get(entry.type, CHANGED)
    return said, entry.reason or (", ".join(entry.fields) if said in {CHANGED, "Chọn giá trị"} else "")


def account_act(said: Mapping[str, Any]) -> str:
    """Name an act on an account; with the role it left behind where that was the matter."""
    name = str(said.get("act"))
    role = f": {ROLES.get(str(said.get('role')), '').lower()}" if name in {"created", "role_changed"} else ""
    return ACCOUNT_ACTS.get(name, name) + role


def titles(
    session: Session, asked: Collection[tuple[str, str]], people: Mapping[str, str]
) -> dict[tuple[str, str], str]:
    """Name the documents that were looked at, in three questions however many they are."""
    ids = {kind: {id for of, id in asked if of == kind and id} for kind, _ in asked}
    found = {("account", id): f"Tài khoản {people[id]}" for id in ids.get("account", ()) if id in people}
    states = _states(session, [(kind, id) for kind in _AT_SITES for id in ids.get(kind, ())])
    sites = {str(state.get("establishment_id")) for state in states.values()} - states.keys()
    states |= _states(session, [("establishment", id) for id in sites])
    for kind in _AT_SITES:
        for id in ids.get(kind, set()) & states.keys():
            found[kind, id] = f"{noun(kind)}: {_site(id, states)}"[:NAMED]
    if papers := ids.get("minutes"):
        query = select(MinutesPaper.id, MinutesPaper.number, MinutesPaper.series).where(MinutesPaper.id.in_(papers))
        for row in session.execute(query):
            found["minutes", row.id] = (
                f"Biên bản số {row.number:02d}/{row.series}" if row.number is not None else "Biên bản"
            )
    return found


def _states(session: Session, keys: Collection[tuple[str, str]]) -> dict[str, Any]:
    return {key[1]: found.state for key, found in documents.many(session, keys).items()}


def _site(id: str, states: Mapping[str, Any]) -> str:
    state = states[id]
    site = states.get(str(state.get("establishment_id")), state)
    return str(site.get("name") or state.get("serial") or id)
