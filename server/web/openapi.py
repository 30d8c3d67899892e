"""Decorators that parse a JSON body and document it, so that the OpenAPI document cannot drift from the code."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError

from schemas.problem import ProblemSchema
from server.errors import Problem, ProblemCode
from server.web.body import MAX_BODY, read_json_object
from server.web.problems import MEDIA_TYPE

View = Callable[..., Any]
_STANDARD = frozenset(int(status) for status in HTTPStatus)


def problems(blp: Blueprint, *statuses: int) -> Callable[[View], View]:
    """Document the problems that a view may answer with."""

    def decorate(view: View) -> View:
        for status in statuses:
            if status in _STANDARD:
                view = blp.alt_response(status, schema=ProblemSchema, content_type=MEDIA_TYPE)(view)
            else:  # 460 of tus: flask-smorest knows only the statuses of HTTP itself
                answer = {"description": "Checksum Mismatch", "content": {MEDIA_TYPE: {"schema": ProblemSchema}}}
                view = blp.doc(responses={str(status): answer})(view)
        return view

    return decorate


def json_body(
    blp: Blueprint, schema: type[Schema], *, limit: int = MAX_BODY, any_json: bool = False
) -> Callable[[View], View]:
    """Read the body by a schema and hand it to the view as its first argument; 400 names the fields.

    `any_json`: see `read_json_object`.
    """
    loader = schema()

    def decorate(view: View) -> View:
        @wraps(view)
        def parsed(*args: Any, **kwargs: Any) -> Any:
            try:
                body = loader.load(read_json_object(limit=limit, any_json=any_json))
            except ValidationError as error:
                raise Problem(ProblemCode.INVALID_REQUEST, errors=error.messages) from error
            return view(body, *args, **kwargs)

        document = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
        return blp.doc(**document)(parsed)  # type: ignore[no-any-return]  # flask-smorest ships no types

    return decorate


def query(blp: Blueprint, schema: type[Schema]) -> Callable[[View], View]:
    """Read the query string by a schema and hand it to the view as its first argument; 400 names the fields."""
    loader = schema()

    def decorate(view: View) -> View:
        @wraps(view)
        def parsed(*args: Any, **kwargs: Any) -> Any:
            try:
                found = loader.load(request.args.to_dict())
            except ValidationError as error:
                raise Problem(ProblemCode.INVALID_REQUEST, errors=error.messages) from error
            return view(found, *args, **kwargs)

        return blp.doc(parameters=[{"in": "query", "schema": schema}])(parsed)  # type: ignore[no-any-return]  # flask-smorest ships no types

    return decorate
