"""How pages write values: local time, days, decimal commas, and the words of `services.wording`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask_login import current_user

from checklists import standards
from server.db.users import READS_ALL, Role
from server.pages import menu
from server.pages.language import translated
from server.services import (
    certificates,
    establishment_register,
    inspection_list,
    instrument_register,
    mark_stocktakes,
    mark_words,
    prices,
    print_queue,
    report_scope,
    slip_papers,
    tablets,
    trail_words,
    wording,
)
from server.services.account_words import ACCOUNT_ACTS, SECOND_FACTOR_STATES
from server.services.case_fields import dong
from server.services.case_forms import STATUSES as CASE_STATUSES
from server.services.case_words import clock_words
from server.services.follow_up_steps import STAGES
from server.services.kind_words import DOCUMENT_KINDS
from server.services.print_log import OUTCOMES
from server.services.site_map import metres
from server.services.verification_signs import JUDGED, WHATS
from server.services.verification_signs import said as said_sign
from server.services.verification_words import FATES, MARKS, METHODS, RESULTS, SESSION_STATES, STANDINGS
from sync.paper_attempt import CAUSES
from sync.paper_samples import CONCLUSIONS, EVENTS, PURPOSES
from sync.paper_words import INSTRUMENTS, LIMIT_STATUSES, MEASURES, TEAM_ROLES, VIETNAM, upper_first
from sync.paper_words import text as words_of
from sync.refusals import DETAILS

WORDS: dict[str, Mapping[str, str]] = {
    "inspection_status": wording.INSPECTION_STATUSES,
    "minutes_form": wording.MINUTES_FORMS,
    "certificate_state": certificates.STATE_WORDS,
    "minutes_status": wording.MINUTES_STATUSES,
    "role": wording.ROLES,
    "team_role": TEAM_ROLES,
    "signature_role": wording.SIGNATURE_ROLES,
    "signature_outcome": wording.SIGNATURE_OUTCOMES,
    "requirement_state": wording.REQUIREMENT_STATES,
    "photo_status": wording.PHOTO_STATUSES,
    "quarantine_state": wording.QUARANTINE_STATES,
    "decision_made": wording.DECISIONS_MADE,
    "mark_kind": mark_words.KINDS,
    "mark_state": mark_words.FATES,
    "number_status": wording.NUMBER_STATUSES,
    "print_outcome": OUTCOMES,
    "procedure": wording.PROCEDURES,
    "limit_place": {**wording.LIMIT_PLACES, **wording.MEASURED_AS},
    "limit_parameter": {**wording.LIMIT_PARAMETERS, **wording.MEASURED_BY},
    "limit_context": wording.LIMIT_CONTEXTS,
    "tablet_decision": wording.TABLET_DECISIONS,
    "refusal": DETAILS,
    "kind": DOCUMENT_KINDS,
    "measure": MEASURES,
    "attempt_cause": CAUSES,
    "standard_state": wording.STANDARD_STATES,
    "standard_status": wording.STANDARD_STATUSES,
    "standard_kind": {key: words.vi for key, words in standards.load().kinds.items()},
    "sample_stage": wording.SAMPLE_STAGES,
    "sample_purpose": PURPOSES,
    "custody_event": EVENTS,
    "lab_conclusion": CONCLUSIONS,
    "limit_status": LIMIT_STATUSES,
    "case_status": CASE_STATUSES,
    "review_verdict": wording.REVIEW_VERDICTS,
    "review_warning": wording.REVIEW_WARNINGS,
    "account_act": ACCOUNT_ACTS,
    "second_factor": SECOND_FACTOR_STATES,
    "instrument": INSTRUMENTS,
    "signs": JUDGED,
    "sign": WHATS,
    "standing": STANDINGS,
    "verified_as": RESULTS,
    "paid_by": METHODS,
    "mark": MARKS,
    "mark_fate": FATES,
    "session_state": SESSION_STATES,
    "follow_up_stage": {"overdue": "Quá hạn", **STAGES},
}
LABELS: tuple[str, ...] = (
    *establishment_register.STATES.values(), *instrument_register.DUES.values(), *mark_stocktakes.STATES.values(),
    *certificates.STATE_WORDS.values(), *prices.STATES.values(), *prices.LABELS.values(), *print_queue.ORIGINS.values(), *tablets.STATES.values(), *report_scope.KINDS.values(),
    *trail_words.VIEWS.values(), *trail_words.ACTS.values(), trail_words.CHANGED, *inspection_list.COUNTED, *slip_papers.SENTENCES, "Hệ thống",
)  # fmt: skip
"""Fixed texts that services hand to pages, besides WORDS: the filter `said` translates both."""
SYMBOLS = {
    "conforming": "✓", "pass": "✓", "nonconforming": "✗", "fail": "✗", "not_checked": "–", "not_applicable": "∅",
    "inconclusive": "?",
}  # fmt: skip
"""Beside the word, never instead of it: nothing is told by colour alone."""
_NUMBER = re.compile(r"-?\d+\.\d+", re.ASCII)


def register(bp: Blueprint) -> None:
    """Give every template these filters, and `viewer`, the person signed in."""
    for name, function in (("moment", moment), ("day", day), ("comma", comma), ("word", word), ("said", said), ("symbol", symbol),
                           ("words_of", words_of), ("degrees", degrees), ("sentence", upper_first),
                           ("dong", dong), ("metres", metres), ("clock_words", clock_words), ("said_sign", said_sign)):  # fmt: skip
        bp.add_app_template_filter(function, name)

    @bp.record_once
    def _scripts(state: BlueprintSetupState) -> None:
        state.app.jinja_env.globals["htmx"] = _vendored(Path(state.app.static_folder or ""))

    @bp.app_context_processor
    def _viewer() -> dict[str, Any]:
        return {"viewer": Viewer()}


def _vendored(static: Path) -> str | None:
    """Name the script that the build copied; where nothing was built the pages work without."""
    return next((f"vendor/{path.name}" for path in sorted((static / "vendor").glob("htmx-*.js"))), None)


class Viewer:
    """The person signed in, asked only by pages that show it: an error page must not touch the database."""

    @property
    def user(self) -> Any:
        """The account, or None."""
        return current_user.user if current_user.is_authenticated else None

    @property
    def menu(self) -> list[menu.Entry | menu.Group]:
        """The pages that this person may open."""
        return menu.shown(self.user.role)

    @property
    def reviews(self) -> bool:
        """Whether this is a supervisor."""
        return self.user is not None and self.user.role in {Role.SUPERVISOR, Role.ADMIN}

    @property
    def reads_all(self) -> bool:
        """Whether this person sees the office's registers, too."""
        return self.user is not None and self.user.role in READS_ALL

    @property
    def administers(self) -> bool:
        """Whether this is an administrator."""
        return self.user is not None and self.user.role == Role.ADMIN


def moment(value: Any) -> str:
    """Write an instant in local time: 08:12 05/08/2021; what is no instant as it was written."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(found, datetime) and found.tzinfo is not None:
            return found.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    except (ValueError, OverflowError):
        pass  # a document may hold what an old tablet wrote
    return words_of(value)


def day(value: Any) -> str:
    """Write an ISO day: 05/08/2021; what is no day as it was written."""
    try:
        return date.fromisoformat(str(value)[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return words_of(value)


def comma(value: Any) -> str:
    """Write decimal strings with a comma, as every Vietnamese paper does; other text as it is."""
    return "; ".join(
        part.replace(".", ",") if _NUMBER.fullmatch(part) else part for part in words_of(value).split("; ")
    )


def degrees(value: Any) -> str:
    """Write a coordinate to about a metre."""
    return words_of(value)[:9]


def word(value: Any, of: str) -> str:
    """Say a code in words of the language chosen; an unknown one as it is."""
    said = WORDS[of].get(str(value))
    return words_of(value) if said is None else translated(said)


def said(text: Any) -> str:
    """Say a fixed text of a service in the language chosen; of one that counts (“3 ảnh chưa gửi về”), its words."""
    if not isinstance(text, str):
        return words_of(text)
    count, _, words = text.partition(" ")
    if count.isdigit() and words:
        return f"{count} {translated(words)}"
    return translated(text) if text else ""  # gettext of nothing is the head of the catalogue


def symbol(value: Any) -> str:
    """Return the symbol of an answer or verdict."""
    return SYMBOLS.get(str(value), "")
