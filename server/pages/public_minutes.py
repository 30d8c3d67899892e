"""Stub: replaced by its owner."""

from flask import Blueprint

bp = Blueprint("public_minutes", __name__)
