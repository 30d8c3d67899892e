"""How commands speak: one JSON document or plain lines on standard output, errors on standard error with exit 1."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click
import orjson

json_option = click.option("--json", "as_json", is_flag=True, help="In đúng một tài liệu JSON.")


def show(value: Any, lines: list[str], *, as_json: bool) -> None:
    """Print the value as JSON, or the lines for people."""
    if as_json:
        click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines:
            click.echo(line)


def fail(message: str) -> NoReturn:
    """Say what is wrong and what to do, and exit 1."""
    click.echo(message, err=True)
    sys.exit(1)
