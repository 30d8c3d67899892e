"""Establishments (cơ sở) and their instruments: what is allowed in them, and writing one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import areas, ledger
from server.services.creation import created
from server.services.days import day_of
from server.services.register_rows import standing_for
from sync.feed import Change

T = TypeVar("T")
MAX_TEXT = 500
_TAX_CODE = re.compile(r"\d{10}(?:-?\d{3})?|\d{12}", re.ASCII)
_PHONE = re.compile(r"[0-9+() .,/;-]{3,60}", re.ASCII)
_COORDINATE = re.compile(r"\d{1,3}(?:[.,]\d{1,16})?", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_AMOUNT = re.compile(r"\d{1,15}", re.ASCII)
LATITUDES = Decimal(8), Decimal(24)
LONGITUDES = Decimal(102), Decimal(118)
"""Viet Nam with its islands."""

INSTRUMENT_TYPES: dict[str, str] = {
    "fuel_dispenser": "Cột đo xăng dầu",
    "nozzle": "Vòi cột đo xăng dầu",
    "weighing_instrument": "Cân",
    "weighbridge": "Cân ô tô",
    "analytical_balance": "Cân phân tích",
    "taximeter": "Taximet",
    "electricity_meter": "Công tơ điện",
    "diagnostic_xray_unit": "Thiết bị X-quang",
    "medical_instrument": "Phương tiện đo y tế",
}


class FieldFault(ValueError):
    """One field is wrong; the message is Vietnamese and says what to write."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def clean(text: str, field: str) -> str:
    """One line of NFC text; refuses control characters and overlong text."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in line):
        raise FieldFault(field, "có ký tự điều khiển; hãy gõ lại ô này")
    if len(line) > MAX_TEXT:
        raise FieldFault(field, f"dài {len(line)} ký tự, tối đa {MAX_TEXT}")
    return line


def identity(area_code: str, tax_code: str, name: str) -> tuple[str, str, str]:
    """What makes two establishments of an area the same: tax code and name, accents kept, case and spaces not."""
    return area_code, tax_code.replace("-", ""), " ".join(unicodedata.normalize("NFC", name).casefold().split())


def tax_code(text: str, field: str = "tax_code") -> str:
    """A tax code of 10, 12 or 13 digits, or nothing."""
    plain = text.replace(" ", "").replace(".", "")
    if plain and _TAX_CODE.fullmatch(plain) is None:
        hint = (
            "; có thể Excel đã bỏ số 0 ở đầu, hãy định dạng ô là văn bản" if plain.isdigit() and len(plain) == 9 else ""
        )
        raise FieldFault(field, f"không phải mã số thuế (10, 12 hoặc 13 chữ số){hint}")
    return f"{plain[:10]}-{plain[10:]}" if len(plain) == 13 else plain


def phone(text: str, field: str = "phone") -> str:
    """A telephone number as people write it, or nothing."""
    if text and _PHONE.fullmatch(text) is None:
        raise FieldFault(field, "không phải số điện thoại")
    return text


def coordinates(lat: str, lon: str) -> tuple[str | None, str | None]:
    """Decimal degrees in Viet Nam, both or none."""
    if not lat and not lon:
        return None, None
    if not lat or not lon:
        raise FieldFault("lon" if lat else "lat", "cần cả vĩ độ và kinh độ, hoặc để trống cả hai")
    north, east = _degrees(lat, "lat"), _degrees(lon, "lon")
    if _within(north, LONGITUDES) and _within(east, LATITUDES):
        raise FieldFault("lat", "vĩ độ và kinh độ có vẻ bị đổi chỗ")
    if not _within(north, LATITUDES):
        raise FieldFault("lat", "vĩ độ phải nằm trong khoảng 8 đến 24")
    if not _within(east, LONGITUDES):
        raise FieldFault("lon", "kinh độ phải nằm trong khoảng 102 đến 118")
    return lat.replace(",", "."), lon.replace(",", ".")


def state_of(values: Mapping[str, str], area_codes: Collection[str]) -> tuple[dict[str, Any], list[FieldFault]]:
    """Make an establishment's state of texts, with every fault found; the state counts only where there is none."""
    faults: list[FieldFault] = []
    plain: dict[str, str] = {}
    for field in ("name", "tax_code", "address", "area_code", "phone", "representative", "representative_title",
                  "lat", "lon", "business_lines"):  # fmt: skip
        plain[field] = _try(faults, clean, values.get(field, ""), field) or ""
    for field in ("name", "address", "area_code"):
        if not plain[field] and not any(f.field == field for f in faults):
            faults.append(FieldFault(field, "không được để trống"))
    if plain["area_code"] and plain["area_code"] not in area_codes:
        faults.append(
            FieldFault("area_code", "không có xã, phường nào mang mã này; xem danh mục bằng `flask programme areas`")
        )
    tax = _try(faults, tax_code, plain["tax_code"]) or ""
    number = _try(faults, phone, plain["phone"]) or ""
    lat, lon = _try(faults, coordinates, plain["lat"], plain["lon"]) or (None, None)
    lines = [part for raw in re.split(r"[;,]", plain["business_lines"]) if (part := raw.strip())]
    state: dict[str, Any] = {
        "name": plain["name"], "tax_code": tax, "address": plain["address"], "operator_id": None,
        "area_code": plain["area_code"], "phone": number,
        "representative": {"name": plain["representative"], "title": plain["representative_title"]},
        "lat": lat, "lon": lon, "business_lines": lines,
    }  # fmt: skip
    return state, faults


def instrument_state(values: Mapping[str, str], establishment_id: str) -> tuple[dict[str, Any], list[FieldFault]]:
    """Make an instrument's state of texts (`type` and attribute keys in code words), with every fault found."""
    faults: list[FieldFault] = []
    plain = {f: _try(faults, clean, text, f) or "" for f, text in values.items()}
    if plain.get("type") not in INSTRUMENT_TYPES:
        faults.append(FieldFault("type", f"không rõ loại; viết một trong: {', '.join(INSTRUMENT_TYPES.values())}"))
    until, year, price = plain.get("verified_until", ""), plain.get("year", ""), plain.get("new_price", "")
    if until and day_of(until) is None:
        faults.append(FieldFault("verified_until", "không phải ngày (viết 31/12/2021 hoặc 2021-12-31)"))
    if year and _YEAR.fullmatch(year) is None:
        faults.append(FieldFault("year", "không phải năm sản xuất"))
    if price and _AMOUNT.fullmatch(price) is None:
        faults.append(FieldFault("new_price", "không phải số tiền (chỉ viết chữ số)"))
    plain_fields = ("type", "maker", "model", "serial", "mark_serial", "certificate_number")
    own = {*plain_fields, "verified_until", "year", "new_price"}
    state: dict[str, Any] = {
        "establishment_id": establishment_id, **{f: plain.get(f, "") for f in plain_fields},
        "year": int(year) if _YEAR.fullmatch(year) else None, "verified_until": until or None,
        "new_price": price or None, "attributes": {k: v for k, v in plain.items() if k not in own and v},
    }  # fmt: skip
    return state, faults


def establishment_change(state: dict[str, Any], *, actor: str, id: str | None = None) -> Change:
    """The change that registers an establishment in its area."""
    return created("establishment", areas.scope_of(state["area_code"]), state, actor=actor, id=id)


def instrument_change(state: dict[str, Any], area_code: str, *, actor: str) -> Change:
    """The change that registers an instrument beside its establishment."""
    return created("instrument", areas.scope_of(area_code), state, actor=actor, parent=state["establishment_id"])


def register(session: Session, values: Mapping[str, str], *, actor: str, at: datetime) -> str:
    """Register one establishment and return its id; refuses faults and a twin in the same area."""
    state, faults = state_of(values, areas.codes(session))
    if faults:
        errors = [{"field": f.field, "detail": f.message} for f in faults]
        raise Problem(ProblemCode.INVALID_REQUEST, "; ".join(f"{f.field}: {f.message}" for f in faults), errors=errors)
    if identity(state["area_code"], state["tax_code"], state["name"]) in identities(session):
        raise Problem(ProblemCode.CONFLICT, f"Cơ sở “{state['name']}” đã có trong xã này.")
    change = establishment_change(state, actor=actor)
    ledger.record(session, [change], at)
    return change.id


def identities(session: Session) -> dict[tuple[str, str, str], str]:
    """The living establishments by identity; one that was merged away is known as the one that stands for it."""
    rows = documents.of_kind(session, "establishment")
    merged = {d.id: link for d in rows if (link := d.state.get("merged_into"))}
    return {
        identity(d.state.get("area_code") or "", d.state.get("tax_code") or "", d.state.get("name") or ""):
            standing_for(d.id, merged)
        for d in sorted(rows, key=lambda d: d.id not in merged)
    }  # fmt: skip


def instrument_identity(state: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes two instruments of an establishment the same."""
    return tuple(str(state.get(f) or "").casefold() for f in ("establishment_id", "type", "maker", "model", "serial"))


def instrument_identities(session: Session) -> dict[tuple[str, ...], str]:
    """The living instruments by identity."""
    return {instrument_identity(d.state): d.id for d in documents.of_kind(session, "instrument")}


def _try(faults: list[FieldFault], read: Callable[..., T], *texts: str) -> T | None:
    try:
        return read(*texts)
    except FieldFault as fault:
        faults.append(fault)
        return None


def _degrees(text: str, field: str) -> Decimal:
    if _COORDINATE.fullmatch(text) is None:
        raise FieldFault(field, "không phải tọa độ thập phân (ví dụ 21.2731)")
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise FieldFault(field, "không phải tọa độ thập phân (ví dụ 21.2731)") from None


def _within(value: Decimal, bounds: tuple[Decimal, Decimal]) -> bool:
    return bounds[0] <= value <= bounds[1]
