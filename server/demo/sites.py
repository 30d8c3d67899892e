"""Demo establishments and their instruments: forty written down, any number made up of them for load tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.services.areas import Area

MARK = " (DEMO)"
PATTERN = ("gold", "fuel", "xray", "fuel", "gold", "fuel", "xray", "gold", "fuel", "xray")
"""The domains in turn: 3 of gold, 4 of fuel, 3 of X-ray in ten, as in the forty."""
_STEM = {"gold": "Tiệm vàng mẫu", "fuel": "Cửa hàng xăng dầu mẫu", "xray": "Phòng khám mẫu"}
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_FUELS = ("Xăng RON 95-III", "Xăng E5 RON 92-II", "Điêzen 0,05S-II")
_MAKERS = (("Tatsuno", "Sunny-XE"), ("Tokheim", "Q310"), ("Tatsuno", "Neo"), ("Gilbarco", "SK700"))
# (maker, model, class, Max, Min, e, d) in grams. The last one breaks Bảng 1 of TT 22/2013 (e over 10 mg up to 3 kg).
_SCALES = (
    ("Shinko", "AJH-120E", "II", "100", "0.02", "0.001", "0.001"),
    ("Ohaus", "PX-1002", "II", "1000", "0.2", "0.01", "0.01"),
    ("Vibra", "HJ-3200", "II", "3000", "5", "0.1", "0.01"),
)
_XRAY = (
    ("Shimadzu", "RADspeed", "general", "150", "Phòng X-quang 1"),
    ("Vatech", "PaX-i", "dental", "90", "Phòng chụp răng"),
    ("Siemens", "Multix", "general", "150", "Phòng X-quang 2"),
    ("GE", "OEC", "fluoroscopy", "120", "Phòng tăng sáng"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """One establishment to register, with its domain and instruments (without their establishment's id)."""

    domain: str
    state: dict[str, Any]
    instruments: tuple[dict[str, Any], ...]


def make(data: Mapping[str, Any], areas: Sequence[Area], districts: Mapping[str, str], count: int) -> Iterator[Site]:
    """Make the first `count` sites: the written ones, then made-up ones spread over all communes.

    `districts` gives the district's code of a commune's, `areas` the communes of 2021.
    """
    written = {domain: iter(d["sites"]) for domain, d in data["domains"].items()}
    by_code = {a.code: a for a in areas}
    made: dict[str, int] = {}
    for index in range(count):
        domain = PATTERN[index % len(PATTERN)]
        row = next(written[domain], None)
        if row is None:
            # walks through the communes in order, so that neighbours come to the same campaign
            area = areas[index * len(areas) // count]
            key = f"{domain} {area.code}"
            made[key] = made.get(key, 0) + 1
            name = f"{_STEM[domain]} {area.name} số {made[key]}"
            row = [
                name,
                area.code,
                f"Thôn mẫu {made[key]}",
                f"Người đại diện {index + 1}",
                data["domains"][domain]["title"],
            ]
        yield _site(domain, index, row, by_code[row[1]], data, districts)


def _site(
    domain: str, index: int, row: Sequence[str], area: Area, data: Mapping[str, Any], districts: Mapping[str, str]
) -> Site:
    name, code, address, person = row[:4]
    lat, lon = data["seats"][districts[code]]
    state: dict[str, Any] = {
        "name": name + MARK, "tax_code": tax_code(index), "address": f"{address}, {area.full_name}", "operator_id": None,
        "area_code": code, "phone": f"0204 000 {index % 1000:03d}",
        "representative": {"name": person + MARK, "title": data["domains"][domain]["title"]},
        "lat": _near(lat, index), "lon": _near(lon, index * 7 + 3), "business_lines": list(data["domains"][domain]["business_lines"]),
    }  # fmt: skip
    make = {"gold": _scales, "fuel": _nozzles, "xray": _units}[domain]
    return Site(domain, state, tuple(make(index)))


def _nozzles(index: int) -> Iterator[dict[str, Any]]:
    """Each nozzle (vòi) is a subject of its own: certificate, sticker and error table are asked for each."""
    for place in range(3 + index % 4):
        maker, model = _MAKERS[(index + place // 2) % len(_MAKERS)]
        dispenser, nozzle = place // 2 + 1, place % 2 + 1
        yield instrument(
            "fuel_dispenser", index, place, maker, model, f"{maker[:2].upper()}{index:04d}-{dispenser}/{nozzle}", "120000000",
            {"dispenser": str(dispenser), "nozzle": str(nozzle), "fuel": _FUELS[(index + place) % 3], "q_max": "45",
             "q_min": "5", "v_min": "2", "accuracy_class": "0.5", "unit": "L"},
        )  # fmt: skip


def _scales(index: int) -> Iterator[dict[str, Any]]:
    for place in range(1 + index % 3):
        maker, model, accuracy, top, low, e, d = _SCALES[(index + place) % len(_SCALES)]
        yield instrument(
            "weighing_instrument", index, place, maker, model, f"{maker[:2].upper()}{index:04d}{place}", "15000000",
            {"accuracy_class": accuracy, "max": top, "min": low, "e": e, "d": d, "unit": "g"},
        )  # fmt: skip


def _units(index: int) -> Iterator[dict[str, Any]]:
    for place in range(1 + (index % 3 == 0)):
        maker, model, kind, kv, room = _XRAY[(index + place) % len(_XRAY)]
        yield instrument(
            "diagnostic_xray_unit", index, place, maker, model, f"XQ{index:04d}{place}", "1200000000",
            {"kind": kind, "kv_max": kv, "tube_serial": f"T{index:04d}{place}", "console_serial": f"C{index:04d}{place}", "room": room},
        )  # fmt: skip


def instrument(
    type: str, index: int, place: int, maker: str, model: str, serial: str, price: str, attributes: dict[str, str]
) -> dict[str, Any]:
    """One in nine is past its verification, as in the field."""
    number = index * 10 + place
    until = "2021-01-31" if number % 9 == 4 else f"2022-{index % 12 + 1:02d}-28"
    return {
        "type": type, "maker": maker, "model": model + MARK, "serial": serial, "year": 2012 + index % 8,
        "attributes": attributes, "verified_until": until, "mark_serial": f"DEMO{number:06d}",
        "certificate_number": f"DEMO-{number:05d}/KĐ", "new_price": price,
    }  # fmt: skip


def tax_code(index: int) -> str:
    """Ten digits whose check digit is wrong on purpose: no enterprise can have them."""
    body = f"24{index:07d}"
    right = (10 - sum(int(d) * w for d, w in zip(body, _TAX_WEIGHTS, strict=True)) % 11) % 10
    return f"{body}{(right + 1) % 10}"


def _near(text: str, step: int) -> str:
    """A place within some two kilometres."""
    return str(Decimal(text) + Decimal(step * 37 % 400 - 200) / 10_000)
