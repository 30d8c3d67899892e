"""Stub: replaced by its owner."""

from flask_smorest import Blueprint

blp = Blueprint("rules", __name__)
