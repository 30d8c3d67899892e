"""The rule set that the reading commands use: the database's, or the shipped one before there are tables."""

from __future__ import annotations

import click

from checklists.limits import RuleSet, load_rules
from server.extensions import db
from server.services import rules


def rules_in_force() -> RuleSet:
    """Return the current rule set; before `flask db upgrade` the shipped one, which is said on standard error."""
    session = db.session()
    if rules.has_tables(session):
        return rules.current(session)
    shipped = load_rules()
    click.echo(
        f"Cơ sở dữ liệu chưa được tạo (flask db upgrade): dùng bộ quy tắc {shipped.version} kèm theo phần mềm.",
        err=True,
    )
    return shipped
