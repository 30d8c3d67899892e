"""The tables and charts of a report, in the words of an office: what was planned, found, required, settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from checklists import catalog, domains
from server.printing.charts import Chart
from server.printing.report_document import Cell, Column, Part, Table
from server.services import report_figures as figures
from server.services.report_facts import Units
from server.services.report_figures import VERDICTS, Key, Totals, shares
from server.services.report_totals import SEPARATOR, Summary
from server.services.wording import INSPECTION_STATUSES, REQUIREMENT_STATES, SAMPLE_STAGES
from sync.paper_attempt import CAUSES
from sync.paper_samples import CONCLUSIONS
from sync.paper_words import INSTRUMENTS, upper_first
from sync.paper_words import VERDICTS as VERDICT_WORDS

CHARTED = 12
"""Bars in one chart: more are in the table only."""
_UNKNOWN_DOMAIN = "Lĩnh vực khác"
_NUMBER = partial(Column, is_number=True)
_TURNS = (
    "Đơn vị tính: lượt, mỗi phương tiện trong mỗi cuộc kiểm tra là một lượt. Tỷ lệ tính trên số lượt có kết quả đạt, không đạt "
    "hoặc chưa kết luận; không kể nội dung không kiểm tra, không áp dụng."
)
_VISITS = (
    "Đơn vị tính: cuộc kiểm tra đã có biên bản kết thúc, kể cả kiểm tra lại. Một cuộc là không đạt khi có ít nhất một nội dung không "
    "đạt; là chưa kết luận khi có nội dung chưa đủ căn cứ kết luận và không có nội dung không đạt."
)


def parts(found: Summary, units: Units, *, with_cases: bool) -> list[Part]:
    """Return the counted parts of a report, in order."""
    totals = found.totals
    made = [
        Part("Tình hình thực hiện", [_progress(found)]),
        Part("Kết quả kiểm tra", [_domains(totals), _communes(totals, units), _months(totals)]),
        Part("Phương tiện đo, thiết bị", [_instruments(totals), _requirements_of_instruments(totals)]),
        Part("Nội dung không đạt", [_breaches(totals)]),
        Part("Mẫu kiểm tra chất lượng", [_samples(totals)]),
        Part("Tạm dừng sử dụng, yêu cầu khắc phục", [_follow_up(totals)]),
    ]
    return [*made, Part("Xử lý vi phạm hành chính", [_cases(totals)])] if with_cases else made


def written(number: int) -> str:
    """Write a number as Vietnamese papers do: 1.234.567."""
    return f"{number:,}".replace(",", ".")


def cell(number: int, *key: str) -> Cell:
    """Make the cell of a number; a number over 0 leads to the inspections behind it."""
    return Cell(written(number), number, SEPARATOR.join(key) if number and key else "")


def _progress(found: Summary) -> Table:
    sums = found.totals.sums
    statuses = [sums["status", name] for name in ("in_progress", "planned", "not_carried_out")]
    whole = dict(zip((figures.DONE, ("status", "in_progress"), ("status", "planned"), ("status", "not_carried_out")),
                     shares([sums[figures.DONE], *statuses]), strict=True))  # fmt: skip
    rows: list[tuple[str, Key]] = [
        ("Cuộc kiểm tra theo kế hoạch", figures.ALL),
        ("Đã kiểm tra", figures.DONE),
        *((f"– {INSPECTION_STATUSES[name].lower()}", ("status", name)) for name in ("approved", "issued", "returned")),
        ("Đang kiểm tra", ("status", "in_progress")),
        ("Chưa kiểm tra", ("status", "planned")),
        ("– quá ngày dự kiến", figures.LATE),
        ("Không thực hiện được", ("status", "not_carried_out")),
        *((f"– {words}", ("cause", cause)) for cause, words in CAUSES.items() if sums["cause", cause]),
        ("Trong tổng số: kiểm tra lại", figures.RECHECKS),
    ]
    made = [[Cell(title), cell(sums[key], *key), Cell(_per_cent(whole.get(key, "")))] for title, key in rows]
    made.append([Cell("Cơ sở đã được kiểm tra"), cell(len(found.totals.establishments)), Cell("")])
    if found.source.campaign is not None:
        named = [("Cơ sở theo quyết định", found.targets), ("Cơ sở chưa được lên kế hoạch", found.unplanned)]
        made += [[Cell(title), cell(count), Cell("")] for title, count in named]
    columns = [Column("Chỉ tiêu", share=6), _NUMBER("Số lượng", share=2), _NUMBER("Tỷ lệ", share=2)]
    return Table("progress", "Tiến độ", columns, made,
                 note="Tỷ lệ tính trên số cuộc kiểm tra theo kế hoạch.")  # fmt: skip


def _domains(totals: Totals) -> Table:
    known = domains.load()
    names = {name: known[name].title if name in known else _UNKNOWN_DOMAIN for name in _first(totals, "domain")}
    return _verdicts("domains", "Theo lĩnh vực", "Lĩnh vực", totals, "domain", names, note=_VISITS)


def _communes(totals: Totals, units: Units) -> Table:
    names = {code: units.names.get(code, code or "(chưa rõ địa bàn)") for code in _first(totals, "commune")}
    return _verdicts("communes", "Theo địa bàn", "Xã, phường, thị trấn", totals, "commune", names)


def _months(totals: Totals) -> Table:
    names = {month: f"Tháng {int(month[5:])}/{month[:4]}" for month in sorted(_first(totals, "month"))}
    return _verdicts("months", "Theo tháng", "Tháng", totals, "month", names, in_time=True)


def _instruments(totals: Totals) -> Table:
    names = {type: INSTRUMENTS.get(type, type or "(chưa rõ loại)") for type in _first(totals, "instrument")}
    return _verdicts(
        "instruments", "Theo loại phương tiện", "Loại phương tiện", totals, "instrument", names, note=_TURNS
    )


def _requirements_of_instruments(totals: Totals) -> Table:
    """Each requirement on each instrument: how many were looked at, how many meet it."""
    rows = defaultdict[tuple[str, str], dict[str, int]](dict)
    for (code, item, verdict), count in totals.below("item").items():
        rows[code, item][verdict] = count
    made = [
        _verdict_row(item_words(code, item), ("item", code, item), counts)
        for (code, item), counts in sorted(rows.items())
    ]
    return Table("items", "Theo từng yêu cầu", _verdict_columns("Yêu cầu đối với phương tiện", name_share=6), made, note=_TURNS,
                 empty="Không có kết quả nào của phương tiện.")  # fmt: skip


def _breaches(totals: Totals) -> Table:
    counts = totals.below("breach")
    ordered = sorted(counts, key=lambda key: (-counts[key], key))
    rows = [
        [Cell(item_words(*key)), cell(counts[key], "breach", *key), cell(totals.inspections["breach", *key], "breach", *key)]
        for key in ordered
    ]  # fmt: skip
    chart = None
    if ordered:
        top = ordered[:CHARTED]
        labels = [f"{key}: {_text_of(code, key)}" for code, key in top]
        chart = Chart("Nội dung không đạt nhiều nhất", labels, [("Số lượt không đạt", [counts[key] for key in top])],
                      _alt("Số lượt không đạt theo nội dung", labels, [counts[key] for key in top]))  # fmt: skip
    columns = [Column("Nội dung", share=7), _NUMBER("Lượt không đạt", share=2), _NUMBER("Số cuộc kiểm tra", share=2)]
    return Table("breaches", "Theo nội dung kiểm tra", columns, rows, chart=chart, empty="Không ghi nhận nội dung không đạt.",
                 note="Mỗi kết quả không đạt của người kiểm tra hoặc của phép tính là một lượt.")  # fmt: skip


def _samples(totals: Totals) -> Table:
    sums = totals.sums
    rows: list[tuple[str, Key]] = [("Mẫu đã lấy", figures.SAMPLES)]
    rows += [
        (f"– {SAMPLE_STAGES[stage].lower()}", ("sample", stage)) for stage in SAMPLE_STAGES if sums["sample", stage]
    ]
    rows += [("Quá hạn bàn giao mẫu", figures.SAMPLES_LATE)]
    rows += [(f"Kết quả thử nghiệm: {words.lower()}", ("conclusion", code)) for code, words in CONCLUSIONS.items()]
    return _listed(
        "samples", "Mẫu và kết quả thử nghiệm", rows if sums[figures.SAMPLES] else [], sums, "Không lấy mẫu."
    )


def _follow_up(totals: Totals) -> Table:
    rows: list[tuple[str, Key]] = [
        ("Lượt tạm dừng sử dụng phương tiện", figures.SUSPENSIONS),
        ("– đang tạm dừng", figures.STANDING),
        ("– đã khắc phục, cho sử dụng trở lại", figures.ENDED),
        ("Yêu cầu khắc phục", figures.REQUIREMENTS),
        *((f"– {words.lower()}", ("requirement", state)) for state, words in REQUIREMENT_STATES.items()),
        ("Yêu cầu quá hạn chưa thực hiện", figures.OVERDUE),
    ]
    is_any = totals.sums[figures.SUSPENSIONS] or totals.sums[figures.REQUIREMENTS]
    return _listed("follow_up", "Biện pháp và yêu cầu", rows if is_any else [], totals.sums,
                   "Không tạm dừng phương tiện nào, không có yêu cầu khắc phục.")  # fmt: skip


def _cases(totals: Totals) -> Table:
    rows: list[tuple[str, Key]] = [("Hồ sơ vi phạm đã lập", figures.CASES), ("– đã có quyết định xử phạt", figures.DECIDED),
            ("Tổng tiền phạt theo quyết định (đồng)", figures.FINED), ("Số tiền đã nộp (đồng)", figures.PAID)]  # fmt: skip
    return _listed("cases", "Hồ sơ vi phạm", rows if totals.sums[figures.CASES] else [], totals.sums,
                   "Không có hồ sơ vi phạm.", note="Số tiền chép từ quyết định và biên lai đã nhập vào hồ sơ.")  # fmt: skip


def _listed(
    key: str, title: str, rows: Iterable[tuple[str, Key]], sums: Mapping[Key, int], empty: str, note: str = ""
) -> Table:
    made = [[Cell(words), cell(sums[figure], *figure)] for words, figure in rows]
    return Table(key, title, [Column("Chỉ tiêu", share=8), _NUMBER("Số lượng", share=2)], made, empty=empty, note=note)


def _verdicts(
    key: str, title: str, heading: str, totals: Totals, figure: str, names: Mapping[str, str], *, note: str = "",
    in_time: bool = False,
) -> Table:  # fmt: skip
    """Make a table of verdicts with its sum and its chart; months in order, all else the most inspected first."""
    counts = {name: {v: totals.sums[figure, name, v] for v in VERDICTS} for name in names}
    ordered = list(names) if in_time else sorted(names, key=lambda name: (-sum(counts[name].values()), names[name]))
    rows = [_verdict_row(names[name], (figure, name), counts[name]) for name in ordered]
    if len(rows) > 1:
        rows.append(_verdict_row("Tổng số", (figure,), {v: sum(counts[name][v] for name in names) for v in VERDICTS}))
    chart = None
    if rows:
        shown = ordered[-CHARTED:] if in_time else ordered[:CHARTED]
        series = [(upper_first(VERDICT_WORDS[v]), [counts[name][v] for name in shown]) for v in VERDICTS]
        labels = [_short(names[name]) for name in shown]
        alt = _alt(f"Kết quả {title.lower()}", labels, [sum(counts[name].values()) for name in shown])
        chart = Chart(f"Kết quả {title.lower()}", labels, series, alt, is_upright=in_time)
    return Table(key, title, _verdict_columns(heading), rows, note=note, has_total=len(rows) > 1, chart=chart,
                 empty="Chưa có kết quả nào.")  # fmt: skip


def _verdict_columns(heading: str, name_share: int = 5) -> list[Column]:
    pairs = [(_NUMBER(upper_first(VERDICT_WORDS[v]), share=2), _NUMBER("%", share=2)) for v in VERDICTS]
    return [
        Column(heading, share=name_share),
        _NUMBER("Đã kiểm tra", share=2),
        *(column for pair in pairs for column in pair),
    ]


def _verdict_row(name: str, figure: Key, counts: Mapping[str, int]) -> list[Cell]:
    values = [counts.get(v, 0) for v in VERDICTS]
    row = [Cell(name), cell(sum(values), *figure)]
    for verdict, count, share in zip(VERDICTS, values, shares(values), strict=True):
        row += [cell(count, *figure, verdict) if len(figure) > 1 else cell(count), Cell(share)]
    return row


def _first(totals: Totals, figure: str) -> list[str]:
    return list(dict.fromkeys(key[0] for key in totals.below(figure)))


def item_words(code: str, item: str) -> str:
    """Name an item by its key and text; a checklist that is not here any more by code."""
    text = _text_of(code, item)
    return f"{item}: {text}" if text else f"{code}, {item}"


def _text_of(code: str, item: str) -> str:
    try:
        found = catalog.load().latest(code).item(item)
    except KeyError:  # pinned by a newer server, before a restore
        return ""
    return "" if found is None else found.text.vi


def _short(name: str) -> str:
    """Leave the province out of a label: "Xã Song Mai, Thành phố Bắc Giang"."""
    return ", ".join(name.split(", ")[:2])


def _per_cent(share: str) -> str:
    return f"{share} %" if share else ""


def _alt(what: str, labels: Sequence[str], values: Sequence[int]) -> str:
    """Say what a chart shows; the table beside it says the rest."""
    said = "; ".join(f"{label} {written(value)}" for label, value in zip(labels[:5], values[:5], strict=True))
    return f"Biểu đồ {what.lower()}: {said}{'; …' if len(labels) > 5 else ''}. Số liệu đầy đủ ở bảng bên cạnh."
