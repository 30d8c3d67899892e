"""What makes one checklist file wrong: its shape, its words, what points from one item to another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from checklists import catalog, procedures
from checklists.conditions import ANSWER, MAX_DEPTH, OPERATORS, VALUE, parse_reference
from checklists.nodes import Reader

ITEM_TYPES = frozenset({"answer", "number", "text", "choice", "multi_choice", "date", "table", "computed", "photo"})
FIELD_TYPES = frozenset({"answer", "number", "text", "choice", "multi_choice", "date"})
PHOTO_RULES = frozenset({"required", "on_nonconforming", "encouraged", "none"})
PERS = frozenset({"visit", "instrument", "sample", "vehicle"})
WITH_INSTRUMENT_TYPES = frozenset({"instrument", "vehicle"})
INSTRUMENT_TYPES = frozenset(
    {"fuel_dispenser", "nozzle", "weighing_instrument", "weighbridge", "analytical_balance", "check_scale", "taximeter"}
    | {"electricity_meter", "diagnostic_xray_unit", "dose_rate_meter", "contamination_meter"}
    | {"sphygmomanometer", "clinical_thermometer", "electrocardiograph", "electroencephalograph", "patient_monitor"}
)
UNITS = frozenset(
    {"mg", "g", "kg", "t", "e", "mL", "L", "L/min", "g/mL", "mm", "cm", "m", "km", "m²", "s", "min", "°", "°C"}
    | {"%", "‰", "%RH", "kPa", "mmHg", "mmHg/min", "đ", "đ/L", "đ/km", "xung/km", "µSv/h", "mSv", "mm Al"}
    | {"V", "kV", "A", "mA", "mAs", "W", "Wh", "kWh", "imp", "imp/kWh", "mm/s"}
    | {"cái", "người", "mẫu", "món", "lần", "quả", "ngày", "°Bx"}
)
# What the input boxes of an item are, by its type; the others may do without.
NEEDS_FIELD = frozenset({"number", "text", "choice", "multi_choice", "date"})
# Words that a row may carry beside the inputs of its procedure; they are given back and never judged.
ROW_LABELS = frozenset({"point", "position", "label", "note"})
# What an author notes for himself: the dossier's own type and photo mark. Not served, not part of the fingerprint.
AUTHOR_KEYS = frozenset({"dossier"})

_CODE = re.compile(r"[a-z]+(-[a-z]+)*", re.ASCII)
_ITEM_KEY = re.compile(r"[A-Z]+\d+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9]\w*", re.ASCII)
# Choices may be the words of a procedure: accuracy classes (0.5S), quantities (ecg-voltage), units (m², cái).
_CHOICE_KEY = re.compile(r"[^\W_][\w.-]*")
_SECTION = ({"key", "per", "title", "items"}, {"instrument_types"})
_ITEM = (
    {"key", "vi", "en", "type", "photo"},
    {"fields", "columns", "required", "when", "procedure", "legal_basis", "note"} | AUTHOR_KEYS,
)
_FIELD = ({"key", "type", "vi", "en"}, {"unit", "unit_from", "many", "choices"})


@dataclass
class _Known:
    """What a reference may name: an item, how often it is answered, its fields and columns with their choices."""

    per: str
    fields: dict[str, set[str]] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    waits_for: set[str] = field(default_factory=set)


@dataclass
class File:
    """One file under the eyes of lint: first its shape, then what points from one item to another.

    `citable` are the numbers of the documents in law.yaml; None = nothing to compare citations with.
    """

    reader: Reader
    citable: frozenset[str] | None = None
    items: dict[str, _Known] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    later: list[tuple[str, dict[str, yaml.Node]]] = field(default_factory=list)
    borrowed: list[yaml.Node] = field(default_factory=list)
    units: list[tuple[str, yaml.Node]] = field(default_factory=list)

    def check(self, root: yaml.Node, code: str, version: int) -> None:
        """Complain about everything in the file."""
        read = self.reader
        top = read.mapping(root, "checklist", {"code", "version", "title", "sections"}, {"legal_basis"})
        found = read.text(top.get("code"), "code")
        if found is not None and (found != code or not _CODE.fullmatch(found)):
            read.complain(top["code"], f"code “{found}” phải bằng tên thư mục “{code}”")
        number = read.number(top.get("version"), "version")
        if number is not None and number != version:
            read.complain(top["version"], f"version {number} phải bằng số trong tên tệp v{version}.yaml")
        self._titled(top.get("title"))
        self._citations(top.get("legal_basis"))
        for section in read.sequence(top.get("sections"), "sections", least=1):
            self._section(section)
        for key, unit in self.units:
            self._reference(key, unit, may_be_own=True, whole=False)
        for key, item in self.later:
            self._procedure(key, item)
            if "when" in item:
                self._condition(key, item["when"], 0)
        for key, item in self.later:
            if "when" in item and self._circular(key):
                read.complain(item["when"], f"when của {key} phụ thuộc vòng quanh vào chính nó")

    def _titled(self, node: yaml.Node | None) -> None:
        if node is not None:
            texts = self.reader.mapping(node, "title", {"vi", "en"})
            self._texts(texts)

    def _texts(self, texts: dict[str, yaml.Node]) -> None:
        for language in ("vi", "en"):
            self.reader.text(texts.get(language), language)

    def _citations(self, node: yaml.Node | None) -> None:
        for entry in self.reader.sequence(node, "legal_basis"):
            text = self.reader.text(entry, "legal_basis")
            if text and self.citable and not any(catalog.cites(text, number) for number in self.citable):
                self.reader.complain(entry, f"law.yaml không có văn bản được viện dẫn: “{text}”")

    def _new_key(self, node: yaml.Node | None, what: str, pattern: re.Pattern[str], taken: set[str]) -> str | None:
        key = self.reader.text(node, f"key của {what}")
        if node is None or key is None:
            return None
        if not pattern.fullmatch(key):
            self.reader.complain(node, f"key của {what} “{key}” sai dạng")
        if key in taken:
            self.reader.complain(node, f"key của {what} “{key}” bị trùng")
        return key

    def _section(self, node: yaml.Node) -> None:
        read = self.reader
        section = read.mapping(node, "mục", *_SECTION)
        key = self._new_key(section.get("key"), "mục", _KEY, self.sections)
        self.sections |= {key} if key else set()
        per = read.word(section.get("per"), "per", PERS)
        self._titled(section.get("title"))
        types = read.sequence(section.get("instrument_types"), "instrument_types")
        for each in types:
            read.word(each, "instrument_types", INSTRUMENT_TYPES)
        if per is not None and bool(types) != (per in WITH_INSTRUMENT_TYPES):
            read.complain(node, "instrument_types đi với per: instrument và vehicle, và chỉ với chúng")
        for item in read.sequence(section.get("items"), "items", least=1):
            self._item(item, per or "visit")

    def _item(self, node: yaml.Node, per: str) -> None:
        read = self.reader
        item = read.mapping(node, "hạng mục", *_ITEM)
        key = self._new_key(item.get("key"), "hạng mục", _ITEM_KEY, set(self.items))
        self._texts(item)
        kind = read.word(item.get("type"), "type", ITEM_TYPES)
        read.word(item.get("photo"), "photo", PHOTO_RULES)
        read.flag(item.get("required"), "required")
        self._citations(item.get("legal_basis"))
        read.text(item.get("note"), "note")
        known = _Known(per, self._fields(item.get("fields"), "fields"), self._fields(item.get("columns"), "columns"))
        if kind in NEEDS_FIELD and not known.fields:
            read.complain(node, f"type {kind} cần ít nhất một dòng trong fields")
        if kind == "table" and not known.columns:
            read.complain(node, "type table cần ít nhất một dòng trong columns")
        if key is not None:
            self.items.setdefault(key, known)
            self.later.append((key, item))
            self.units += [(key, unit) for unit in self.borrowed]
        self.borrowed.clear()

    def _circular(self, key: str) -> bool:
        seen: set[str] = set()
        stack = [*self.items[key].waits_for]
        while stack:
            each = stack.pop()
            if each not in seen:
                seen.add(each)
                stack += self.items[each].waits_for if each in self.items else ()
        return key in seen

    def _fields(self, node: yaml.Node | None, what: str) -> dict[str, set[str]]:
        read, keys = self.reader, dict[str, set[str]]()
        for each in read.sequence(node, what):
            found = read.mapping(each, what, *_FIELD)
            key = self._new_key(found.get("key"), what, _KEY, set(keys))
            if key == ANSWER:
                read.complain(found["key"], "key “answer” dành cho câu trả lời của hạng mục")
            self._texts(found)
            kind = read.word(found.get("type"), "type", FIELD_TYPES)
            read.flag(found.get("many"), "many")
            self._unit(each, found)
            choices = self._choices(found.get("choices"))
            if kind is not None and bool(choices) != (kind in ("choice", "multi_choice")):
                read.complain(each, "choices đi với type: choice và multi_choice, và chỉ với chúng")
            if key is not None:
                keys[key] = set(catalog.ANSWER_CHOICES) if kind == "answer" else choices
        return keys

    def _unit(self, node: yaml.Node, found: dict[str, yaml.Node]) -> None:
        self.reader.word(found.get("unit"), "unit", UNITS)
        if "unit_from" in found:
            self.borrowed.append(found["unit_from"])
            if "unit" in found:
                self.reader.complain(node, "chỉ một trong unit và unit_from")

    def _choices(self, node: yaml.Node | None) -> set[str]:
        keys: set[str] = set()
        for each in self.reader.sequence(node, "choices"):
            choice = self.reader.mapping(each, "choices", {"key", "vi", "en"})
            key = self._new_key(choice.get("key"), "choices", _CHOICE_KEY, keys)
            keys |= {key} if key else set()
            self._texts(choice)
        return keys

    def _procedure(self, key: str, item: dict[str, yaml.Node]) -> None:
        if "procedure" not in item:
            return
        read = self.reader
        use = read.mapping(item["procedure"], "procedure", {"name", "parameters", "rows"})
        name = read.word(use.get("name"), "procedure.name", procedures.names())
        parameters, inputs = procedures.inputs(name) if name else (None, None)
        for parameter, node in read.pairs(use["parameters"], "parameters").items() if "parameters" in use else ():
            if parameters is not None and parameter not in parameters:
                read.complain(node, f"{name} không có thông số “{parameter}”")
            self._binding(key, node)
        for row, node in read.pairs(use["rows"], "rows").items() if "rows" in use else ():
            if inputs is not None and row not in inputs | ROW_LABELS:
                read.complain(node, f"{name} không có số đo “{row}”")
            for column in (read.text(node, "rows") or "").split(","):
                if column.strip() not in (self.items[key].columns or self.items[key].fields):
                    read.complain(node, f"rows trỏ tới cột không có: “{column.strip()}”")

    def _binding(self, key: str, node: yaml.Node) -> None:
        read = self.reader
        binding = read.mapping(node, "thông số", set(), {"from", VALUE})
        if len(binding) != 1:
            read.complain(node, "thông số phải có đúng một trong from và value")
        read.text(binding.get(VALUE), VALUE)
        if "from" in binding:
            self._reference(key, binding["from"], may_be_own=True, whole=False)

    def _reference(self, key: str, node: yaml.Node, *, may_be_own: bool, whole: bool) -> None:
        """Complain about a reference that dangles, or that could mean several findings."""
        read = self.reader
        text = read.text(node, "from")
        if text is None:
            return
        reference = parse_reference(text)
        if reference is None:
            read.complain(node, f"from “{text}” phải là subject.<đường dẫn>, item:<KEY> hoặc item:<KEY>.<trường>")
            return
        per = self.items[key].per
        if reference.item is None:
            if per not in WITH_INSTRUMENT_TYPES:
                read.complain(node, f"“{text}”: mục per: {per} không có đối tượng")
            return
        target = self.items.get(reference.item)
        if target is None:
            read.complain(node, f"“{text}” trỏ tới hạng mục không có")
            return
        if reference.item == key and not may_be_own:
            read.complain(node, f"“{text}”: hạng mục không được phụ thuộc vào chính nó")
        if target.per not in ("visit", per):
            read.complain(node, f"“{text}”: {reference.item} được trả lời nhiều lần (per: {target.per})")
        wanted = reference.field or VALUE
        if not (whole and reference.field is None) and wanted != ANSWER and wanted not in target.fields:
            read.complain(node, f"“{text}” trỏ tới trường không có: “{wanted}”")

    def _condition(self, key: str, node: yaml.Node, depth: int) -> None:
        read = self.reader
        kinds = read.mapping(node, "when", set(), {"all", "any", "not", "compare"})
        if len(kinds) != 1 or depth > MAX_DEPTH:
            read.complain(node, "when phải có đúng một trong all, any, not, compare")
            return
        ((kind, body),) = kinds.items()
        if kind == "compare":
            self._compare(key, body)
        else:
            members = [body] if kind == "not" else read.sequence(body, kind, least=1)
            for member in members:
                self._condition(key, member, depth + 1)

    def _compare(self, key: str, node: yaml.Node) -> None:
        read = self.reader
        compare = read.mapping(node, "compare", {"from", "op"}, {VALUE})
        operator = read.word(compare.get("op"), "op", OPERATORS)
        if "from" in compare:
            self._reference(key, compare["from"], may_be_own=False, whole=operator == "answered")
        if operator is None:
            return
        words = self._words(key, compare.get("from"))
        if (operator == "answered") == (VALUE in compare):
            read.complain(node, "value đi với mọi op, trừ answered")
        elif operator == "in":
            for each in read.sequence(compare[VALUE], VALUE, least=1):
                self._value(each, words)
        elif VALUE in compare:
            self._value(compare[VALUE], words)

    def _words(self, key: str, node: yaml.Node | None) -> set[str]:
        """Return the words that the compared value can be, none where it is free; notes what the item waits for."""
        reference = parse_reference(str(node.value)) if isinstance(node, yaml.ScalarNode) else None
        if reference is None:
            return set()
        if reference.item is None:
            return set(INSTRUMENT_TYPES) if reference.path == ("type",) else set()
        self.items[key].waits_for.add(reference.item)
        target = self.items.get(reference.item)
        if reference.field == ANSWER:
            return set(catalog.ANSWER_CHOICES)
        return target.fields.get(reference.field or VALUE, set()) if target is not None else set()

    def _value(self, node: yaml.Node, words: set[str]) -> None:
        if words:
            self.reader.word(node, VALUE, words)
        else:
            self.reader.text(node, VALUE)
