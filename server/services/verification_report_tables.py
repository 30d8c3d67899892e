"""The tables of a report of mobile verification: instruments by kind and result, communes, sessions, money, marks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from server.printing.charts import Chart
from server.printing.report_document import Cell, Column, Part, Table
from server.services import verification_figures as figures
from server.services.money_words import in_words
from server.services.slip_figures import METHODS, RESULTS
from server.services.verification_facts import Held
from server.services.verification_figures import FATES, MARKS, Key, Totals, summed
from server.services.verification_words import FATES as FATE_WORDS
from server.services.verification_words import MARKS as MARK_WORDS
from server.services.verification_words import METHODS as METHOD_WORDS
from server.services.verification_words import RESULTS as RESULT_WORDS
from sync.paper_words import INSTRUMENTS, upper_first

SEPARATOR = ":"
ANY = "*"
"""In the place of a part of a figure: whatever stands there."""
_NUMBER = partial(Column, is_number=True)


def parts(sessions: Sequence[Held], totals: Totals, areas: Mapping[str, str]) -> list[Part]:
    """Return the counted parts of a report, in order."""
    places = [_areas(sessions, areas)] if len({held.area for held in sessions}) > 1 else []
    return [
        Part("Tình hình thực hiện", [_progress(totals), *places, _sessions(sessions)]),
        Part("Kết quả kiểm định", [_kinds(totals)]),
        Part("Thu giá dịch vụ", [_money(totals)]),
        Part("Tem, chì kiểm định", [_marks(totals)]),
    ]


def falls_under(own: Key, asked: Key) -> bool:
    """Say whether a figure belongs to what is asked: begins so, with ANY for whatever stands in a place."""
    return len(own) >= len(asked) and all(want in (ANY, have) for have, want in zip(own, asked, strict=False))


def written(number: int) -> str:
    """Write a number as Vietnamese papers do: 1.234.567."""
    return f"{number:,}".replace(",", ".")


def cell(number: int, *key: str) -> Cell:
    """Make the cell of a number; a number over 0 leads to the slips behind it."""
    return Cell(written(number), number, SEPARATOR.join(key) if number and key else "")


def result(totals: Totals, verdict: str, type: str = ANY) -> int:
    """Return how many instruments of a kind were concluded so."""
    return sum(n for own, n in totals.sums.items() if falls_under(own, ("result", type, verdict)))


def _progress(totals: Totals) -> Table:
    sums = totals.sums
    adjusted = sum(totals.below("adjusted").values())
    rows = [
        [Cell("Phiên kiểm định"), cell(sums[figures.SESSIONS], *figures.SESSIONS)],
        [Cell("– đã đóng"), cell(sums[figures.CLOSED], *figures.CLOSED)],
        [Cell("Phiếu tiếp nhận"), cell(sums[figures.SLIPS], *figures.SLIPS)],
        [Cell("Cơ sở, hộ mang phương tiện đến"), cell(len(totals.owners))],
        [Cell("Phương tiện đo đã nhận"), cell(sums[figures.BROUGHT], *figures.BROUGHT)],
        *([Cell(f"– {RESULT_WORDS[v].lower()}"), cell(result(totals, v), "result", ANY, v)] for v in RESULTS),
        [Cell("Trong tổng số: đã hiệu chỉnh"), cell(adjusted, "adjusted")],
        [Cell("Biên bản kiểm định đã lập"), cell(sums[figures.RECORDS], *figures.RECORDS)],
        [Cell("Giấy chứng nhận kiểm định đã cấp"), cell(sums[figures.CERTIFICATES], *figures.CERTIFICATES)],
    ]
    return Table("progress", "Kết quả chung", [Column("Chỉ tiêu", share=8), _NUMBER("Số lượng", share=2)], rows)


def _kinds(totals: Totals) -> Table:
    types = sorted({type for type, _ in totals.below("result")}, key=lambda code: (-_of(totals, code), code))
    rows = [_kind_row(INSTRUMENTS.get(type, type or "(chưa rõ loại)"), type, totals) for type in types]
    if len(rows) > 1:
        rows.append(_kind_row("Tổng số", ANY, totals))
    columns = [Column("Loại phương tiện đo", share=5), _NUMBER("Đã nhận", share=2), *(_NUMBER(RESULT_WORDS[v], share=2) for v in RESULTS),
               _NUMBER("Đã hiệu chỉnh", share=2)]  # fmt: skip
    return Table("kinds", "Theo loại phương tiện đo", columns, rows, has_total=len(rows) > 1, chart=_chart(types, totals),
                 empty="Chưa nhận phương tiện đo nào.", note="Mỗi phương tiện trong mỗi phiếu tính một lần.")  # fmt: skip


def _kind_row(name: str, type: str, totals: Totals) -> list[Cell]:
    own = [result(totals, verdict, type) for verdict in RESULTS]
    adjusted = sum(n for key, n in totals.sums.items() if falls_under(key, ("adjusted", type)))
    cells = [cell(count, "result", type, verdict) for verdict, count in zip(RESULTS, own, strict=True)]
    return [Cell(name), cell(sum(own), "result", type), *cells, cell(adjusted, "adjusted", type)]


def _of(totals: Totals, type: str) -> int:
    return sum(result(totals, verdict, type) for verdict in RESULTS)


def _chart(types: Sequence[str], totals: Totals) -> Chart | None:
    if not types:
        return None
    shown = types[:12]
    labels = [INSTRUMENTS.get(type, type) for type in shown]
    series = [(upper_first(RESULT_WORDS[v].lower()), [result(totals, v, type) for type in shown]) for v in RESULTS[:3]]
    said = "; ".join(f"{label} {_of(totals, type)}" for label, type in zip(labels, shown, strict=True))
    return Chart(
        "Kết quả theo loại phương tiện đo", labels, series, f"Biểu đồ kết quả theo loại phương tiện đo: {said}."
    )


def _areas(sessions: Sequence[Held], areas: Mapping[str, str]) -> Table:
    codes = list(dict.fromkeys(held.area for held in sessions))
    found = {code: summed(held for held in sessions if held.area == code) for code in codes}
    codes.sort(key=lambda code: (-found[code].sums[figures.BROUGHT], code))
    rows = [_place_row(areas.get(code, code or "(chưa ghi địa bàn)"), found[code], ("area", code)) for code in codes]
    rows.append(_place_row("Tổng số", summed(sessions), ()))
    return Table("areas", "Theo địa bàn", _place_columns("Xã, phường, thị trấn"), rows, has_total=True)


def _sessions(sessions: Sequence[Held]) -> Table:
    rows = [_place_row(_named(held), summed([held]), ("session", held.id)) for held in sessions]
    if len(rows) > 1:
        rows.append(_place_row("Tổng số", summed(sessions), ()))
    return Table("sessions", "Theo phiên", _place_columns("Phiên"), rows, has_total=len(rows) > 1, empty="Không có phiên nào.")  # fmt: skip


def _named(held: Held) -> str:
    day = f"{held.on:%d/%m/%Y}" if held.on else "chưa ghi ngày"
    return f"{day}, {held.state.get('place') or 'chưa ghi địa điểm'}"


def _place_columns(heading: str) -> list[Column]:
    return [Column(heading, share=5), _NUMBER("Phiếu", share=2), _NUMBER("Phương tiện", share=2),
            *(_NUMBER(RESULT_WORDS[v], share=2) for v in RESULTS), _NUMBER("Thu (đồng)", share=3)]  # fmt: skip


def _place_row(name: str, totals: Totals, within: Key) -> list[Cell]:
    money = sum(totals.below("money").values())
    return [
        Cell(name),
        cell(totals.sums[figures.SLIPS], *within, *figures.SLIPS),
        cell(totals.sums[figures.BROUGHT], *within, *figures.BROUGHT),
        *(cell(result(totals, verdict), *within, "result", ANY, verdict) for verdict in RESULTS),
        cell(money, *within, "money"),
    ]


def _money(totals: Totals) -> Table:
    sums = totals.sums
    rows = [
        [Cell(METHOD_WORDS[method]), cell(sums["payments", method], "payments", method), cell(sums["money", method], "money", method)]
        for method in METHODS
    ]  # fmt: skip
    whole = sum(totals.below("money").values())
    rows.append([Cell("Tổng số"), cell(sum(totals.below("payments").values()), "payments"), cell(whole, "money")])
    columns = [Column("Hình thức", share=5), _NUMBER("Lượt thu", share=2), _NUMBER("Số tiền (đồng)", share=3)]
    return Table("money", "Theo hình thức thanh toán", columns, rows if whole else [], has_total=True,
                 note=f"Bằng chữ: {in_words(whole)}. Khoản đã hủy không tính.", empty="Chưa thu khoản nào.")  # fmt: skip


def _marks(totals: Totals) -> Table:
    rows = [
        [Cell(MARK_WORDS[kind]), *(cell(totals.sums["mark", kind, fate], "mark", kind, fate) for fate in FATES)]
        for kind in MARKS
    ]
    is_any = any(totals.below("mark").values())
    columns = [Column("Loại", share=5), *(_NUMBER(upper_first(FATE_WORDS[fate]), share=2) for fate in FATES)]
    return Table("marks", "Tem, chì đã dùng và hỏng", columns, rows if is_any else [], empty="Chưa dùng tem, chì nào.")
