"""GET /api/v1/docs: the OpenAPI document as one plain page, made from the code; nothing comes from elsewhere."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template

from server.web.guards import public

bp = Blueprint("api_docs", __name__)
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@bp.get("/api/v1/docs")
@public
def page() -> Response:
    """Show every operation with its parameters, body and answers."""
    document = document_of()
    schemas = document.get("components", {}).get("schemas", {})
    return Response(
        render_template("api_docs.html", document=document, groups=_groups(document), schemas=schemas, type_of=type_of)
    )


def document_of() -> dict[str, Any]:
    """Return the OpenAPI document."""
    found: dict[str, Any] = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return found


def type_of(schema: dict[str, Any]) -> str:
    """Say a JSON schema in a few words: `[Result]`, `string (uuid) | null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    named = schema.get("type", "any")
    words = [named] if isinstance(named, str) else list(named)
    if "array" in words:
        return f"[{type_of(schema.get('items', {}))}]" + (" | null" if "null" in words else "")
    text = " | ".join(words)
    if schema.get("format"):
        text += f" ({schema['format']})"
    if schema.get("enum"):
        text += ": " + ", ".join(map(str, schema["enum"]))
    return text


def _groups(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """Return (method, path, operation) by tag, in the order of the document."""
    groups: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["khác"])[0]
                groups.setdefault(tag, []).append((method.upper(), path, item[method]))
    return groups
