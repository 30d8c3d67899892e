"""Text that tries to leave its place: markup, missing characters, words without end, tables too wide."""

from __future__ import annotations

from typing import Any

import pytest

from server.printing import minutes
from tests.server.printing.make_vectors import HOST
from tests.server.printing.press import MM, pages, printed
from tests.server.printing.samples import fuel_station

HOSTILE = [
    "😀 👩‍👩‍👧 漢字 mã lạ",
    "NUL\x00 BEL\x07 xóa\x7f RLO\u202etxt",
    '#panic("x") $x^2$ *đậm* _nghiêng_ `mã` @nhãn <nhan> = đầu\n- một\n+ hai // chú thích /* */ \\ #{1+1} [x]',
    "W" * 120,
    "https://" + "a/b" * 60,
    "một\r\nhai\n\n\nba\tbốn",
    "{{ 7*7 }} ' OR 1=1 -- <script>alert(1)</script> %s {0}",
    "e\u0301 Đa\u0323t m\u0303 \u0301",
    "",
    " ",
    "\u2028\u2029\ufeff\ufffe\U0010ffff",
    "مرحبا שלום",
]


class TestHostileText:
    @pytest.mark.parametrize("twin", [False, True])
    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_prints_within_the_page(self, text: str, *, twin: bool) -> None:
        pdf = printed(everywhere(fuel_station(), text), twin=twin).pdf
        for page in pages(pdf):
            body = [c for c in page.chars if c["text"].strip()]
            assert max(c["x1"] for c in body) <= 195 * MM + 1.5
            assert min(c["x0"] for c in body) >= 30 * MM - 1.5

    def test_missing_characters_become_boxes_and_markup_stays_text(self) -> None:
        text = printed(everywhere(fuel_station(), HOSTILE[0])).text
        assert "□ □□□ □□ mã lạ" in text.replace("\n", " ")
        flat = printed(everywhere(fuel_station(), HOSTILE[2])).text.replace("\n", " ")
        assert '#panic("x") $x^2$ *đậm* _nghiêng_ `mã` @nhãn <nhan> = đầu' in flat
        assert "#{1+1} [x]" in flat

    def test_thirty_nozzles_and_wide_tables_stay_on_the_paper(self) -> None:
        documents = fuel_station(nozzles=30, runs=2)
        item = documents["checklists"][0]["sections"][1]["items"][2]
        item["columns"] += [
            {
                "key": f"c{n}",
                "title": {"vi": f"Cột đo bổ sung {n}", "en": ""},
                "type": "number",
                "unit": "mm²/s",
                "choices": [],
            }
            for n in range(8)
        ]
        for finding in documents["findings"]:
            for row in finding["rows"]:
                row.update({f"c{n}": "-1234567.891" for n in range(8)})
        for page in pages(printed(documents).pdf):
            body = [c for c in page.chars if c["text"].strip()]
            assert max(c["x1"] for c in body) <= 195 * MM + 1.5

    def test_a_canonical_text_that_is_none_is_a_clear_error(self) -> None:
        for text in ("", "{", "[]", '{"version":1}'):
            with pytest.raises(minutes.PrintError, match="Không in được"):
                minutes.render(text, None, host=HOST, status="draft")


def everywhere(documents: dict[str, Any], text: str) -> dict[str, Any]:
    """Put one text into every field that a person or a tablet fills in."""
    keep = {"form", "issued_at", "number", "checklist", "item", "id", "subject_id", "key", "type", "answer", "verdict", "code",
            "purpose", "sha256", "started_at", "ended_at", "taken_at", "kind", "role", "domains", "valid_from", "valid_to",
            "photo_ids", "standards", "finding_ids", "instrument_id", "name_of_procedure", "status", "state", "per", "photo",
            "decision_announced_at", "due_on", "at", "when", "procedure", "attributes"}  # fmt: skip

    def replace(value: Any, key: str) -> Any:
        if key in keep and not (
            key == "standards" and isinstance(value, list) and value and isinstance(value[0], dict)
        ):
            return value
        if isinstance(value, dict):
            return {name: replace(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [replace(each, "" if isinstance(each, dict | list) else key) for each in value]
        return text if isinstance(value, str) else value

    return {name: value if name == "checklists" else replace(value, name) for name, value in documents.items()}
