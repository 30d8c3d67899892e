"""A report as every form of it shows it: page, Word, PDF and workbook are made of the same parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.printing.charts import Chart


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. `number` = the value of a number; `figure` = the number whose inspections a page leads to."""

    text: str
    number: int | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether it holds numbers, and its share of a paper's width."""

    title: str
    is_number: bool = False
    share: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `note` says what was counted; `has_total`: the last row sums the others; `empty` stands instead of no rows."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    has_total: bool = False
    empty: str = "Không có."
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A numbered part. `to_write` = what a person still has to write here: a marked place, never words of ours."""

    title: str
    tables: Sequence[Table] = ()
    to_write: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `agency` = the lines above the number, the issuing agency last; `opening` = its first paragraphs."""

    agency: Sequence[str]
    place: str
    year: int
    abstract: str
    opening: Sequence[str]
    parts: Sequence[Part]
    annexes: Sequence[Table] = field(default=())
