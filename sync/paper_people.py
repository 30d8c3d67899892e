"""The people on minutes: the team, witnesses, who signs and how, who gets a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync import paper_words as words

Doc = Mapping[str, Any]
_SIGNER_ORDER = ("representative", "witness", "member", "team_leader")
_SIGNER_HEADINGS = {"representative": "ĐẠI DIỆN CƠ SỞ", "witness": "NGƯỜI CHỨNG KIẾN"}


def member(member: Doc) -> dict[str, str]:
    """Write one member of the team with the certificate that the act needs."""
    role = words.text(member.get("role"))
    certificate: Doc = member.get("certificate") or {}
    return {
        "name": words.text(member.get("name")),
        "title": words.text(member.get("title")),
        "agency": words.text(member.get("agency")),
        "role": words.TEAM_ROLES.get(role, role),
        "certificate": words.text(certificate.get("number")),
        "certificate_until": words.short_day(certificate.get("valid_to")),
    }


def person(person: Doc) -> dict[str, str]:
    """Write a name with its title, or with the capacity in which somebody is there."""
    return {
        "name": words.text(person.get("name")),
        "title": words.text(person.get("title") or person.get("capacity")),
    }


def signatures(
    campaign: Doc, establishment: Doc, signatures: Sequence[Doc], wanted: Sequence[str]
) -> list[dict[str, Any]]:
    """Order the signers as printed: the site, witnesses, the secretary or a member, the head of the team.

    The `wanted` roles are printed even where nobody signed in them yet.
    """
    team: Sequence[Doc] = campaign.get("team") or ()
    given = [_signer(each) for role in _SIGNER_ORDER for each in signatures if each.get("role") == role]
    given += [_signer(each) for each in _confirming(signatures)]
    roles = {each["role"] for each in given}
    if "representative" in wanted and "representative" not in roles:
        given.insert(0, _signer({"role": "representative", **(establishment.get("representative") or {})}))
    if "member" in wanted and "member" not in roles:
        found = next(
            (m for role in ("secretary", "member", "technical_officer") for m in team if m.get("role") == role), None
        )
        if found is not None:
            given.append(_signer({**found, "role": "member"}, words.text(found.get("role"))))
    if "team_leader" in wanted and "team_leader" not in roles:
        leader = next((m for m in team if m.get("role") == "leader"), {})
        given.append(_signer({**leader, "role": "team_leader"}))
    given.sort(key=lambda each: _SIGNER_ORDER.index(each["role"]))
    lead = words.TEAMS.get(words.text(campaign.get("kind")), "Đoàn kiểm tra")
    for each in given:
        if each["role"] == "team_leader":
            each["heading"] = "TỔ TRƯỞNG" if lead.startswith("Tổ") else "TRƯỞNG ĐOÀN"
    return given


def signing(signer: Doc, heading: str) -> dict[str, Any]:
    """Write one who signs a paper that the two sides do not sign together."""
    return {**_signer({"role": "member", "name": signer.get("name"), "title": signer.get("title")}), "heading": heading}


def _confirming(signatures: Sequence[Doc]) -> list[Doc]:
    """Return who has to sign because somebody refused: named as witness there, not yet among the signers."""
    known = {words.text(each.get("name")) for each in signatures if each.get("role") == "witness"}
    named: dict[str, Doc] = {}
    for each in signatures:
        witness = each.get("witness") or {}
        name = words.text(witness.get("name"))
        if each.get("outcome") == "refused" and name and name not in known:
            named.setdefault(name, {"role": "witness", **witness})
    return list(named.values())


def _signer(signature: Doc, team_role: str = "member") -> dict[str, Any]:
    role = words.text(signature.get("role"))
    outcome = words.text(signature.get("outcome") or "ink")
    member = {"secretary": "THƯ KÝ", "technical_officer": "CÁN BỘ KỸ THUẬT"}.get(team_role, "THÀNH VIÊN")
    return {
        "role": role,
        "heading": _SIGNER_HEADINGS.get(role, member),
        **person(signature),
        "outcome": outcome,
        "outcome_word": words.OUTCOMES.get(outcome, outcome),
        "reason": words.text(signature.get("reason")),
        "witness": person(signature.get("witness") or {}),
        "unwitnessed": outcome == "refused" and not words.text((signature.get("witness") or {}).get("name")),
        "strokes": signature.get("strokes") if outcome == "drawn" else None,
    }


def recipients(organisation: Doc, establishment: Doc) -> list[str]:
    """List who gets a copy (nơi nhận)."""
    names = (words.text(establishment.get("name")), words.text(organisation.get("name")))
    return [name for name in names if name] + ["Lưu: VT, hồ sơ đoàn"]
