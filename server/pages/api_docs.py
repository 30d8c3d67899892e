"""Stub: replaced by its owner."""

from flask import Blueprint

bp = Blueprint("api_docs", __name__)
