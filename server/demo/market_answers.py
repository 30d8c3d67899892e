"""What the demo's verifiers record of one instrument: checks and readings that come out as data/market-2021.yaml says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SPRING, DIGITAL, PRESSURE = "spring", "digital", "pressure"
KINDS: Mapping[str, Mapping[str, Any]] = {
    SPRING: {"type": "weighing_instrument", "maker": "Nhơn Hòa", "model": "NHS-60", "procedure": "30-2019", "price": 0,
             "attributes": {"name": "Cân đồng hồ lò xo", "accuracy_class": "IIII", "max": "60", "min": "2", "e": "0.2", "d": "0.2", "unit": "kg"}},
    DIGITAL: {"type": "weighing_instrument", "maker": "Vibra", "model": "TPS-15", "procedure": "30-2019", "price": 1,
              "attributes": {"name": "Cân điện tử", "accuracy_class": "III", "max": "15", "min": "0.1", "e": "0.005", "d": "0.005", "unit": "kg"}},
    PRESSURE: {"type": "sphygmomanometer", "maker": "Yamasu", "model": "No.500", "procedure": "09-2011", "price": 2,
               "attributes": {"kind": "mechanical", "max": "300", "unit": "mmHg"}},
}  # fmt: skip
_LOADS = {SPRING: ("2", "10", "30", "60"), DIGITAL: ("0.1", "2.5", "10", "15")}
_OFF = {SPRING: ("0.4", "0"), DIGITAL: ("0.010", "0")}
"""By how much an instrument that is off shows too much, before and after it was adjusted."""
Answer = tuple[str, dict[str, Any]]


def answers(kind: str, outcome: str) -> Iterator[Answer]:
    """Yield (item, fields of the finding) up to the adjustment; `broken` ends at the external check."""
    yield (
        "KD02",
        {"values": {"nameplate": f"{KINDS[kind]['maker']} {KINDS[kind]['model']}", "state": "Còn nguyên, sạch"}},
    )
    yield "KD03", {"values": {"mode": "periodic"}}
    yield "KD04", {"values": {"procedure": KINDS[kind]["procedure"]}}
    if outcome == "broken":
        yield "KD07", {"answer": "nonconforming", "note": "Vỡ mặt kính, kim cong"}
        return
    yield "KD07", {"answer": "conforming"}
    yield "KD08", {"answer": "conforming"}
    if kind == PRESSURE:
        rows = [{"direction": "up", "reference": str(p), "indication": str(p)} for p in range(50, 300, 50)]
        rows += [{"direction": "down", "reference": str(p), "indication": str(p + 1)} for p in range(250, 0, -50)]
        yield "KD0907", {"rows": rows}
        return
    yield from _weighed(kind, "KD09", _OFF[kind][0] if outcome in ("drifted", "adjusted") else "0")
    yield "KD10", {"answer": "conforming" if outcome == "adjusted" else "not_applicable",
                   "rows": [{"what": "Chỉnh lò xo, vị trí không"}] if outcome == "adjusted" else []}  # fmt: skip
    if outcome == "adjusted":
        yield from _weighed(kind, "KD10", _OFF[kind][1])


def _weighed(kind: str, group: str, off: str) -> Iterator[Answer]:
    """Readings of one round; off by `off` at the highest load."""
    loads = _LOADS[kind]
    top = loads[-1] if off == "0" else _plus(loads[-1], off)
    up = [{"direction": "up", "load": load, "indication": top if load == loads[-1] else load} for load in loads]
    down = [{"direction": "down", "load": load, "indication": load} for load in reversed(loads[:-1])]
    yield f"{group}02", {"rows": up + down, **({"answer": "nonconforming"} if off != "0" else {})}
    if off != "0":
        return
    middle = loads[-2]
    places = [{"position": name, "indication": middle} for name in ("Góc 1", "Góc 2", "Góc 3", "Góc 4")]
    yield f"{group}03", {"values": {"load": middle}, "rows": places}
    yield f"{group}04", {"values": {"load": loads[-1]}, "rows": [{"indication": loads[-1]}] * 3}
    yield f"{group}05", {"answer": "conforming"}


def _plus(load: str, off: str) -> str:
    digits = len(off.partition(".")[2])
    return f"{float(load) + float(off):.{digits}f}"
