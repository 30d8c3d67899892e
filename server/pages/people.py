"""Stub: replaced by its owner."""

from flask import Blueprint

bp = Blueprint("people", __name__)
