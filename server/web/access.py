"""Who may call what: every page and every call of the server, route by route. A test compares each route with this table.

The guard above a view acts; this says what was decided. A route that stands here otherwise, or not at all, fails the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from server.db.users import Role

Who = frozenset[str]

ANYONE: Who = frozenset({"anyone"})
TABLET: Who = frozenset({"tablet"})
"""A tablet signed in as its inspector."""
QUEUE: Who = frozenset({"tablet", "revoked_tablet", "upload_token"})
"""A tablet that delivers what it holds: also when it was revoked, also with the token that does nothing else."""
PEOPLE: Who = frozenset(role.value for role in Role)
OFFICE: Who = frozenset({Role.SUPERVISOR.value, Role.CLERK.value, Role.ADMIN.value})
SUPERVISORS: Who = frozenset({Role.SUPERVISOR.value, Role.ADMIN.value})
ADMINS: Who = frozenset({Role.ADMIN.value})
TABLET_OR_PEOPLE: Who = TABLET | PEOPLE

_TABLE: Mapping[str, Mapping[str, Who]] = {
    # For anyone
    "": {"static": ANYONE},
    "api-docs": {"openapi_json": ANYONE},
    "api_docs": {"page": ANYONE},
    "public_minutes": {"look_up": ANYONE, "keys": ANYONE},
    "status": {"alive": ANYONE, "ready": ANYONE, "metrics": ANYONE},
    "tablet_app": {"shell": ANYONE, "file": ANYONE},
    "language": {"choose": ANYONE},
    "sign_in": {"form": ANYONE, "enter": ANYONE, "code": ANYONE, "leave": PEOPLE},
    # Calls of tablets
    "enrolments": {"enrol": ANYONE},
    "sync": {"say_hello": TABLET, "fetch": TABLET, "deliver": QUEUE, "remember": QUEUE},
    "uploads": {"create": QUEUE, "append": QUEUE, "head": QUEUE, "override": QUEUE, "terminate": QUEUE, "options": ANYONE, "options_of_one": ANYONE},
    "checklists": {"list_all": TABLET, "show": TABLET},
    "rules": {"show": TABLET},
    "leases": {"grant": TABLET, "give_back": TABLET, "void": TABLET},
    "mark_leases": {"grant": TABLET, "give_back": TABLET},
    "minutes": {"pdf": TABLET_OR_PEOPLE, "as_json": TABLET_OR_PEOPLE, "label": TABLET_OR_PEOPLE},
    "photos": {"fetch": TABLET_OR_PEOPLE},
    # Work: whoever is on the team of a campaign sees its part, the office everything
    "inspections": {"listed": PEOPLE, "one": PEOPLE, "past": PEOPLE, "decide": SUPERVISORS},
    "review": {"queue": SUPERVISORS, "approve": SUPERVISORS, "say": SUPERVISORS, "withdraw": SUPERVISORS},
    "inspection_papers": {"ask": SUPERVISORS, "draft": SUPERVISORS, "issue": SUPERVISORS},
    "follow_up": {"listed": PEOPLE, "board": PEOPLE, "ask_to_recheck": SUPERVISORS, "recheck": SUPERVISORS},
    "programme": {"listed": PEOPLE, "activity": PEOPLE, "ask_to_add": SUPERVISORS, "add": SUPERVISORS, "withdraw": SUPERVISORS,
                  "done": SUPERVISORS, "strike": SUPERVISORS},
    "reports": {"chooser": PEOPLE, "choose": PEOPLE, "one": PEOPLE, "behind": PEOPLE, "word": PEOPLE, "pdf": PEOPLE},
    "other_inspections": {"listed": OFFICE, "bring_in": OFFICE, "strike": OFFICE, "repeats": OFFICE},
    "campaign_sites": {"listed": SUPERVISORS, "change": SUPERVISORS},
    "planning": {
        "begin": SUPERVISORS, "decision": SUPERVISORS, "set_decision": SUPERVISORS, "team": SUPERVISORS,
        "change_team": SUPERVISORS, "sites": SUPERVISORS, "choose": SUPERVISORS, "check": SUPERVISORS,
        "set_bases": SUPERVISORS, "open_one": SUPERVISORS,
    },
    "verification": {
        "listed": PEOPLE, "one": PEOPLE, "ask_to_open": SUPERVISORS, "open_one": SUPERVISORS, "ask_to_amend": SUPERVISORS,
        "amend": SUPERVISORS, "close": SUPERVISORS,
    },
    "verification_papers": {"ask": SUPERVISORS, "draft": SUPERVISORS, "issue": SUPERVISORS, "ask_to_replace": SUPERVISORS, "replace": SUPERVISORS},
    "verification_reports": {"chooser": PEOPLE, "choose": PEOPLE, "one": PEOPLE, "behind": PEOPLE, "word": PEOPLE, "pdf": PEOPLE},
    "samples": {"listed": PEOPLE, "one": PEOPLE, "hand_over": PEOPLE, "ask_for_result": PEOPLE, "result": PEOPLE},
    "conflicts": {"listed": PEOPLE, "one": PEOPLE, "settle": PEOPLE},
    "quarantine": {
        "listed": SUPERVISORS, "one": SUPERVISORS, "raw": SUPERVISORS, "decide": SUPERVISORS, "queue": SUPERVISORS,
        "decide_queue": SUPERVISORS, "correct": SUPERVISORS, "replace": SUPERVISORS,
    },
    "cases": {
        "listed": SUPERVISORS, "one": SUPERVISORS, "papers": SUPERVISORS, "ask_to_open": SUPERVISORS,
        "open_one": SUPERVISORS, "act": SUPERVISORS,
    },
    # Registers
    "establishments": {"listed": PEOPLE, "one": PEOPLE},
    "instruments": {"listed": PEOPLE, "one": PEOPLE},
    "imports": {"ask": SUPERVISORS, "template": SUPERVISORS, "preview": SUPERVISORS, "confirm": SUPERVISORS},
    "mergers": {"candidates": SUPERVISORS, "ask": SUPERVISORS, "merge": SUPERVISORS, "undo": SUPERVISORS},
    "numbers": {"register": OFFICE, "printed": OFFICE, "papers": OFFICE, "ask_to_void": SUPERVISORS, "void": SUPERVISORS, "void_paper": SUPERVISORS},
    "blanks": {
        "listed": OFFICE, "ask": OFFICE, "reserve": OFFICE, "one": OFFICE, "pdf": OFFICE, "ask_to_key_in": SUPERVISORS,
        "key_in": SUPERVISORS,
    },
    "printing": {
        "queue": OFFICE, "prepare": OFFICE, "start": OFFICE, "one": OFFICE, "papers_pdf": OFFICE, "photos_pdf": OFFICE,
        "photos_of_one": OFFICE, "finish": OFFICE, "elsewhere": OFFICE, "log": OFFICE, "unsigned": OFFICE, "reminder": OFFICE,
    },
    "marks": {
        "listed": OFFICE, "find": OFFICE, "days": OFFICE, "stocktakes": OFFICE, "findings": OFFICE, "ask_to_receive": OFFICE,
        "receive": OFFICE, "one": OFFICE, "ask_to_correct": OFFICE, "correct": OFFICE, "void": OFFICE, "write_off": OFFICE,
        "found_here": OFFICE,
    },
    "marks_out": {"listed": OFFICE, "ask_to_lease": OFFICE, "lease": OFFICE, "one": OFFICE, "give_back": OFFICE, "write_off": OFFICE},
    "standards": {
        "listed": OFFICE, "one": OFFICE, "ask_to_add": SUPERVISORS, "add": SUPERVISORS, "certify": SUPERVISORS,
        "withdraw": SUPERVISORS, "set_state": SUPERVISORS,
    },
    "prices": {"listed": OFFICE, "add": SUPERVISORS, "bring_in": SUPERVISORS, "end": SUPERVISORS, "strike": SUPERVISORS},
    "fees": {"listed": OFFICE, "invoices": OFFICE, "cash": OFFICE, "cash_pdf": OFFICE, "void": SUPERVISORS},
    "verification_due": {"listed": OFFICE, "owners": OFFICE, "owners_pdf": OFFICE},
    "certificates": {"listed": OFFICE, "sign": OFFICE, "deliver": OFFICE, "labels": OFFICE},
    "limits": {"listed": OFFICE, "one": OFFICE, "confirm": SUPERVISORS},
    "checklist_pages": {"listed": OFFICE, "one": OFFICE},
    "work_calendar": {"listed": OFFICE, "add": OFFICE, "remove": OFFICE},
    "tablets": {
        "listed": SUPERVISORS, "one": SUPERVISORS, "make_code": SUPERVISORS, "resume": SUPERVISORS, "revoke": SUPERVISORS,
        "ask_to_revoke": SUPERVISORS, "void_numbers": SUPERVISORS, "return_numbers": SUPERVISORS,
    },
    # Accounts
    "account": {
        "one": PEOPLE, "ask_for_password": PEOPLE, "change_password": PEOPLE, "second_factor_page": PEOPLE,
        "start_second_factor": PEOPLE, "confirm_second_factor": PEOPLE, "renew_codes": PEOPLE,
    },
    "trail": {"listed": SUPERVISORS},
    "organisations": {"listed": ADMINS, "ask": ADMINS, "switch": ADMINS},
    "people": {"listed": ADMINS, "one": ADMINS, "ask_to_add": ADMINS, "add": ADMINS, "reset_password": ADMINS, "do": ADMINS},
}  # fmt: skip

WHO: Mapping[str, Who] = MappingProxyType(
    {f"{part}.{view}" if part else view: who for part, views in _TABLE.items() for view, who in views.items()}
)
"""Endpoint -> who may call it. What one may see there of whose work, the services decide (services/grants.py)."""

SHOWS: Mapping[str, str] = MappingProxyType({
    "inspections.one": "inspection", "inspections.past": "inspection", "inspection_papers.draft": "inspection", "verification_papers.ask": "inspection",
    "verification_papers.draft": "inspection", "verification_papers.ask_to_replace": "minutes",
    "minutes.pdf": "minutes", "minutes.as_json": "minutes", "minutes.label": "minutes", "photos.fetch": "photo",
    "printing.papers_pdf": "print_batch", "printing.photos_pdf": "print_batch", "printing.photos_of_one": "minutes",
    "blanks.pdf": "numbers_reserved",
    "cases.one": "case", "cases.papers": "case", "samples.one": "sample", "conflicts.one": "conflict",
    "quarantine.one": "quarantine", "quarantine.raw": "quarantine", "quarantine.queue": "device", "quarantine.correct": "quarantine",
    "establishments.one": "establishment", "establishments.listed": "establishment", "campaign_sites.listed": "establishment", "mergers.ask": "establishment", "instruments.one": "instrument",
    "verification.one": "verification_session", "verification.listed": "verification_session",
    "verification_due.owners": "establishment", "verification_due.owners_pdf": "establishment",
    "certificates.listed": "minutes", "fees.listed": "payment", "fees.invoices": "payment", "fees.cash": "payment", "fees.cash_pdf": "payment",
    "people.one": "account", "inspections.listed": "inspection", "instruments.listed": "instrument", "trail.listed": "trail",
})  # fmt: skip
"""Endpoint -> what personal data one sees there: noted with who, when and from where (web/viewed.py). Of lists only the files."""


def may(role: str, endpoint: str) -> bool:
    """Say whether a person of this role may open an endpoint."""
    return bool(WHO[endpoint] & {role, "anyone"})
