"""Stub: replaced by its owner."""

import click

group = click.Group("journal")
