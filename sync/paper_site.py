"""The site and its instruments as minutes print them."""

from __future__ import annotations

import re
from typing import Any

from sync import paper_people as people
from sync import paper_words as words
from sync.paper_results import Context, Doc

_PROVINCE = re.compile(r"\btỉnh\b(?! +lộ\b)", re.IGNORECASE)
"""A province, not a provincial road (tỉnh lộ 293)."""


def place(establishment: Doc, area: Doc | None) -> str:
    """Write the address by the administrative units of the day."""
    parts = [words.text(establishment.get("address"))]
    for name in ("name", "district", "province"):
        part = words.text((area or {}).get(name))
        if name == "province" and _PROVINCE.search(parts[0]):
            continue  # written before a merger: "tỉnh Bắc Giang, Bắc Ninh" is no place
        if part and part.casefold() not in parts[0].casefold():
            parts.append(part)
    return ", ".join(filter(None, parts))


def site(establishment: Doc, area: Doc | None) -> dict[str, Any]:
    return {
        "id": words.text(establishment.get("id")),
        "name": words.text(establishment.get("name")),
        "address": place(establishment, area),
        "area_code": words.text(establishment.get("area_code")),
        "tax_code": words.text(establishment.get("tax_code")),
        "phone": words.text(establishment.get("phone")),
        "business_lines": words.text(establishment.get("business_lines")),
        "representative": people.person(establishment.get("representative") or {}),
    }


def instrument(context: Context, id: str, number: int) -> dict[str, Any]:
    doc = context.instruments[id]
    kind = words.text(doc.get("type"))
    name = " ".join(
        filter(None, (words.INSTRUMENTS.get(kind, kind), words.text((doc.get("attributes") or {}).get("label"))))
    )
    return {
        "number": number,
        "name": name,
        "make": " ".join(filter(None, (words.text(doc.get("maker")), words.text(doc.get("model"))))),
        "serial": words.text(doc.get("serial")),
        "year": words.text(doc.get("year")),
        "mark": words.text(doc.get("mark_serial")),
        "certificate": words.text(doc.get("certificate_number")),
        "verified_until": words.short_day(doc.get("verified_until")),
    }
