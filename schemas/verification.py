"""What tablets of a mobile verification team write: sessions, marks, stocktakes, payments (docs/decisions/0022)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal as Number
from typing import Any

from marshmallow import ValidationError

from schemas.document import DocumentSchema
from schemas.fields import Choice, Day, Decimal, Id, Instant, ListOf, Name, Named, Text, Values, Whole

MAX_COUNTED = 1_000_000


def handling() -> ListOf:
    """Make the field of what happened to a certificate after its issue: signed, delivered (a log that only grows)."""
    step = Named({"step": Choice("signed", "delivered"), "by": Text(), "name": Text(), "title": Text(), "to": Text(),
                  "at": Instant()}, needed=("step", "at"))  # fmt: skip
    return ListOf(step, allow_none=True)


class SessionSchema(DocumentSchema):
    """A day at one place where a team verifies what people bring (phiên kiểm định)."""

    campaign_id = Id(required=True)
    on = Day(required=True)
    place = Text(allow_none=True)
    area_code = Text(allow_none=True)
    verifiers = ListOf(Id(), allow_none=True)
    environment = ListOf(
        Named({"at": Instant(), "temperature": Decimal(), "humidity": Decimal()}, needed=("at",)), allow_none=True
    )
    standards = ListOf(Id(), allow_none=True)
    standard_overrides = Values(allow_none=True)
    closed_at = Instant(allow_none=True)


class _Whole(DocumentSchema):
    """A document that is written once: it has to be complete and to agree with itself."""

    def errors_in(self, data: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        """Return what `validate` would, and where the fields contradict each other."""
        return super().errors_in(data, complete=complete) or self.contradictions(data)

    def contradictions(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Name the fields that contradict each other, each with a sentence; the fields are of their types."""
        raise NotImplementedError


class MarkSchema(_Whole):
    """A sticker or a seal that left the roll: used on an instrument, or spoiled (tem, chì)."""

    session_id = Id(required=True)
    kind = Choice("sticker", "seal", required=True)
    serial = Name(required=True)
    lease_id = Id(allow_none=True)
    fate = Choice("used", "spoiled", required=True)
    inspection_id = Id(allow_none=True)
    instrument_id = Id(allow_none=True)
    place = Text(allow_none=True)
    reason = Text(allow_none=True)
    photo_ids = ListOf(Id(), allow_none=True)
    at = Instant(required=True)

    def contradictions(self, data: Mapping[str, Any]) -> dict[str, str]:
        """A used one names its slip and instrument, a spoiled one why."""
        if data.get("fate") == "used":
            absent = [name for name in ("inspection_id", "instrument_id") if not data.get(name)]
            return dict.fromkeys(absent, "Tem, chì đã dùng phải ghi của phiếu nào, gắn trên phương tiện nào.")
        if data.get("fate") == "spoiled" and not str(data.get("reason") or "").strip():
            return {"reason": "Tem, chì hỏng phải ghi lý do."}
        return {}


class StocktakeSchema(_Whole):
    """What is left of each roll when it is counted, mostly at the end of the day (kiểm kê)."""

    session_id = Id(required=True)
    device = Text(allow_none=True)
    at = Instant(required=True)
    counts = ListOf(
        Named(
            {"lease_id": Id(), "counted": Whole(0, MAX_COUNTED), "explanation": Text()}, needed=("lease_id", "counted")
        ),
        required=True,
    )

    def contradictions(self, data: Mapping[str, Any]) -> dict[str, str]:
        """A roll is counted once."""
        counted = Counter(row["lease_id"] for row in data.get("counts") or ())
        if any(count > 1 for count in counted.values()):
            return {"counts": "Một dải tem, chì được đếm hai lần trong một lần kiểm kê."}
        return {}


class _Dong(Decimal):
    """An amount of money in đồng, not below zero."""

    def check(self, value: Any) -> None:
        """Refuse other texts and negative amounts."""
        super().check(value)
        if value.startswith("-"):
            raise ValidationError("Số tiền không được âm.")


class PaymentSchema(_Whole):
    """What one owner paid, or what the programme pays for them (thu tiền)."""

    inspection_id = Id(required=True)
    lines = ListOf(
        Named({"instrument_id": Id(), "price_id": Id(), "text": Text(), "amount": _Dong()}, needed=("amount",)),
        required=True,
    )
    method = Choice("cash", "transfer", "subsidised", required=True)
    payer = Named({"name": Text(), "tax_code": Text(), "address": Text(), "email": Text()}, allow_none=True)
    amount = _Dong(required=True)
    at = Instant(required=True)

    def contradictions(self, data: Mapping[str, Any]) -> dict[str, str]:
        """The lines add up to the amount."""
        if data.get("amount") is None:
            return {}
        whole = sum((Number(line["amount"]) for line in data.get("lines") or ()), Number(0))
        if whole != Number(data["amount"]):
            return {"amount": f"Tổng {data['amount']} đồng không bằng các dòng cộng lại ({whole} đồng)."}
        return {}
