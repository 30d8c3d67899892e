"""The WSGI entry: gunicorn runs `wsgi:app`, the `flask` command finds it by itself."""

import gc
import os

import click

from server.app import create_app
from server.settings import Settings, SettingsError

try:
    app = create_app(Settings.from_environ(), serving="FLASK_RUN_FROM_CLI" not in os.environ)
except SettingsError as error:
    # A person who types a command gets the sentence and exit 1, not a traceback.
    raise click.ClickException(str(error)) from error
# What was loaded stays: a full collection would walk it all, a pause of 60 ms in about one push of twelve.
gc.collect()
gc.freeze()
