"""The forms of papers as data: what each is called, which parts it prints, who signs it, what it makes of the inspection."""

from __future__ import annotations

from dataclasses import dataclass

MINUTES, NOTICE, CERTIFICATE = "BIÊN BẢN", "THÔNG BÁO", "GIẤY CHỨNG NHẬN KIỂM ĐỊNH"
_BOTH_SIDES = ("representative", "member", "team_leader")
_TEAM_ALONE = ("member", "team_leader")
_EVERYTHING = frozenset({"results", "conclusion", "requirements", "measures", "statement", "photos"})


@dataclass(frozen=True, slots=True)
class Form:
    """One form. No code of a form in law stands here: their bodies were not seen (metrology.md §8).

    `parts` are the parts of an inspection that it prints; `measure` is the type of measure that it is about, `undoes` the
    type that this one ends; `rests_on` are the forms of the paper that it cites, best first; `ends_as` is the status that
    it gives the inspection, None where it does not close it (the record of a slip's last instrument closes by its own
    `closes`); `signers` are printed even where nobody is named.
    """

    code: str
    name: str
    abstract: str
    title: str = MINUTES
    parts: frozenset[str] = frozenset()
    measure: str = ""
    undoes: str = ""
    rests_on: tuple[str, ...] = ()
    ends_as: str | None = None
    signers: tuple[str, ...] = _BOTH_SIDES

    @property
    def is_notice(self) -> bool:
        """A letter of the agency (thông báo), signed by its head; the others are minutes of those who were there."""
        return self.title == NOTICE

    @property
    def is_certificate(self) -> bool:
        """What an instrument's owner keeps and the head signs (giấy chứng nhận kiểm định)."""
        return self.title == CERTIFICATE

    @property
    def of_instrument(self) -> bool:
        """Whether it is about one verified instrument (`minutes.instrument_id`)."""
        return "verification" in self.parts

    @property
    def by_hand(self) -> bool:
        """Whether it can be written on a pre-printed sheet: minutes of those who are there."""
        return not (self.is_notice or self.of_instrument or self.code == "amendment")

    @property
    def signed_at_site(self) -> bool:
        """Whether the people of the site sign it: then photos of the signed pages are waited for."""
        return not (self.is_notice or self.of_instrument)

    @property
    def own_series(self) -> bool:
        """Whether it is numbered in a series of its own only; minutes fall back on the agency's first for minutes."""
        return self.is_notice or self.of_instrument

    @property
    def noun(self) -> str:
        """What it is called in a sentence, before its number."""
        if self.of_instrument:
            return self.name.lower()
        return "thông báo" if self.is_notice else "biên bản"

    @property
    def closes(self) -> bool:
        """Whether it ends the inspection."""
        return self.ends_as is not None

    @property
    def shows_inspection(self) -> bool:
        """Whether it is about the inspection as a whole, not about measures, samples, one instrument or a vain visit."""
        return not (self.measure or self.parts & {"attempt", "samples", "laboratory", "verification"})

    @property
    def tells_results(self) -> bool:
        """Whether it tells what laboratories said of samples."""
        return "laboratory" in self.parts


FORMS: dict[str, Form] = {
    form.code: form
    for form in (
        Form("announcement", "Biên bản công bố quyết định", "Công bố quyết định {act}"),
        Form("working", "Biên bản làm việc", "Làm việc: {title}", parts=_EVERYTHING),
        Form("inspection", "Biên bản kiểm tra", "{title}", parts=_EVERYTHING, ends_as="issued"),
        Form("amendment", "Biên bản bổ sung", "Bổ sung Biên bản số {amends}", parts=_EVERYTHING, ends_as="issued"),
        Form("sampling", "Biên bản lấy mẫu", "Lấy mẫu, niêm phong mẫu", parts=frozenset({"samples", "photos"})),
        Form("result_notice", "Thông báo kết quả thử nghiệm", "Kết quả thử nghiệm mẫu", NOTICE,
             parts=frozenset({"laboratory"}), rests_on=("sampling",), signers=()),
        Form("sealing", "Biên bản niêm phong", "Niêm phong", parts=frozenset({"seals", "photos"}), measure="seal"),
        Form("unsealing", "Biên bản mở niêm phong", "Mở niêm phong", parts=frozenset({"seals", "photos"}), measure="unseal",
             undoes="seal", rests_on=("sealing", "inspection", "working")),
        Form("suspension_notice", "Thông báo tạm dừng", "Tạm dừng {thing}", NOTICE, measure="suspend",
             rests_on=("inspection", "amendment", "working"), signers=()),
        Form("resumption_notice", "Thông báo được tiếp tục", "Được tiếp tục {thing}", NOTICE, measure="resume",
             undoes="suspend", rests_on=("suspension_notice",), signers=()),
        Form("not_carried_out", "Biên bản không tiến hành được", "Không tiến hành được việc {act}",
             parts=frozenset({"attempt", "photos"}), ends_as="not_carried_out", signers=_TEAM_ALONE),
        Form("verification_record", "Biên bản kiểm định", "Kiểm định",
             parts=frozenset({"verification", "results", "photos"}), signers=()),
        Form("verification_certificate", "Giấy chứng nhận kiểm định", "Kiểm định", CERTIFICATE,
             parts=frozenset({"verification", "results"}), signers=()),
    )
}  # fmt: skip


def is_notice(code: object) -> bool:
    """Say whether a form is a letter of the agency; an unknown one is taken for minutes."""
    form = FORMS.get(str(code))
    return form is not None and form.is_notice


def signed_at_site(code: object) -> bool:
    """Say whether photos of the signed pages are waited for; of an unknown form they are."""
    form = FORMS.get(str(code))
    return form is None or form.signed_at_site


def own_series(code: object) -> bool:
    """Say whether a form is numbered in a series of its own only."""
    form = FORMS.get(str(code))
    return form is not None and form.own_series


def noun_of(code: object) -> str:
    """Name a paper in a sentence; one of an unknown form is called minutes."""
    form = FORMS.get(str(code))
    return "biên bản" if form is None else form.noun


def form_of(code: str) -> Form:
    """Return a form. Raises ValueError for an unknown one."""
    if code not in FORMS:
        raise ValueError(f"Loại biên bản {code!r} không có.")
    return FORMS[code]
