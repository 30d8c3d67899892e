"""Stub: replaced by its owner."""

from flask import Blueprint

bp = Blueprint("tablets", __name__)
