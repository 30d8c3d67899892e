"""Stub: replaced by its owner."""

from flask import Blueprint

bp = Blueprint("status", __name__)
