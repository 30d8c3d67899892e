"""How commands speak: one JSON document or plain lines on standard output, errors on standard error with exit 1."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click
import orjson
from flask.cli import AppGroup
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from server.storage.blobs import StoreFull, StoreUnavailable

json_option = click.option("--json", "as_json", is_flag=True, help="In đúng một tài liệu JSON.")


class Group(AppGroup):
    """A group of commands that says in one sentence where the database or the photo store cannot be used."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a database that fails it ends with exit 1 and no traceback."""
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            said = str(error.orig).strip().splitlines()[0]
            if "no such table" in said or "no such column" in said or "does not exist" in said:
                fail(f"Cơ sở dữ liệu chưa được dựng hoặc còn cũ: hãy chạy `flask db upgrade` ({said}).")
            fail(f"Không dùng được cơ sở dữ liệu: hãy xem DATABASE_URL và máy chủ cơ sở dữ liệu ({said}).")
        except DatabaseError as error:
            if error.orig is None or "not a database" not in str(error.orig):
                raise
            fail(f"DATABASE_URL không trỏ tới một cơ sở dữ liệu ({error.orig}).")
        except (StoreFull, StoreUnavailable) as error:
            fail(f"Không dùng được kho ảnh, chưa kết luận gì về các ảnh: hãy xem BLOB_URL ({error}).")


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
