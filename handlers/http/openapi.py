"""``GET /v1/openapi.json``: the HTTP interface for machines (OpenAPI 3.1).

Made from the models that read requests and write answers, so it cannot promise anything else.
What only Slack or whoever runs the process needs is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from handlers.http import gate, hooks, incidents, maintenance, past
from handlers.http.problems import Handler
from handlers.http.showing import Problem
from handlers.http.sources import ADAPTERS, generic, sli

PATH: Final = "/v1/openapi.json"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"

Spec = dict[str, Any]

_READ: Final = (
    gate.Asked,
    incidents.Declared,
    past.Entered,
    maintenance.Announced,
    generic.GenericAlert,
    sli.ServiceLevel,
)
_WRITTEN: Final = (gate.VerdictShown, incidents.IncidentShown, maintenance.WindowShown, hooks.Kept, Problem)
_OURS: Final[Mapping[str, type[BaseModel]]] = {
    generic.SOURCE: generic.GenericAlert,
    sli.SOURCE: sli.ServiceLevel,
}
"""Formats of alerts that are ours to describe; every other sender describes its own."""
_WHY: Final[Mapping[int, str]] = {
    400: "There is no idempotency key, or an unusable one.",
    401: "The token or the signature is missing or wrong.",
    403: "This person may not.",
    404: "There is no such thing.",
    409: "It collides with something that is there; the detail names it.",
    413: "More bytes than are taken at once.",
    422: "It is not understood, or cannot be; the detail says what to change.",
    503: "Not available now. Send the same again after the seconds in Retry-After.",
}
_KEY: Final[Spec] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same key is the same thing, however often it is sent.",
    "schema": {"type": "string", "pattern": r"^[!#-~]{1,128}$"},
}


def description() -> Spec:
    """The whole document. Addresses are relative to where it was found."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tocsin",
            "version": version("tocsin"),
            "summary": "Alerts in, incidents declared, changes asked about.",
        },
        "servers": [{"url": ".."}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "securitySchemes": _SCHEMES},
    }


def described() -> Handler:
    """Serve it to anybody: nothing in it is secret."""
    document = description()

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(document)

    return answer


_SCHEMES: Final[Spec] = {
    "pipeline": {"type": "http", "scheme": "bearer", "description": "One of gate.tokens."},
    "source": {"type": "http", "scheme": "bearer", "description": "One of the source's webhooks.secrets."},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Tocsin-Signature",
        "description": "v1= and the HMAC-SHA256 of v1:, X-Tocsin-Timestamp, : and the body, in hexadecimal.",
    },
}


def _paths() -> Spec:
    return {
        "/v1/gate": {
            "post": _operation(
                "May this change go ahead?",
                reads=gate.Asked,
                answers={200: gate.VerdictShown},
                refuses=(401, 413, 422, 503),
            )
        },
        "/v1/incidents": {
            "post": _operation(
                "Declare an incident for a person.",
                reads=incidents.Declared,
                answers={
                    201: incidents.IncidentShown,
                    202: incidents.IncidentShown,
                    200: incidents.IncidentShown,
                },
                refuses=(400, 401, 403, 409, 413, 422, 503),
                parameters=(_KEY,),
            )
        },
        "/v1/incidents/past": {
            "post": _operation(
                "Enter an incident that is over; nobody is called.",
                reads=past.Entered,
                answers={201: incidents.IncidentShown, 200: incidents.IncidentShown},
                refuses=(400, 401, 403, 413, 422, 503),
                parameters=(_KEY,),
            )
        },
        "/v1/maintenance": {
            "post": _operation(
                "Announce work, during which alerts wake nobody.",
                reads=maintenance.Announced,
                answers={201: maintenance.WindowShown, 200: maintenance.WindowShown},
                refuses=(400, 401, 413, 422, 503),
                parameters=(_KEY,),
            )
        },
        "/v1/maintenance/{window}": {
            "delete": _operation(
                "Cancel announced work, or end it early.",
                answers={200: maintenance.WindowShown},
                refuses=(401, 404, 409, 503),
                parameters=(_in_path("window", {"type": "string", "pattern": r"^[0-9a-zA-Z-]{1,64}$"}),),
            )
        },
        **{f"/hooks/{source}": {"post": _hook(source, model)} for source, model in _OURS.items()},
        "/hooks/{source}": {
            "post": _hook("a product that monitors", None)
            | {"parameters": [_in_path("source", {"enum": sorted(set(ADAPTERS) - set(_OURS))})]}
        },
    }


def _hook(source: str, model: type[BaseModel] | None) -> Spec:
    """Alerts; ours are described, those of products by whoever makes them."""
    body = _one_or_many(model) if model is not None else {}
    return _operation(
        f"Alerts of {source}.",
        body=body,
        answers={202: hooks.Kept},
        refuses=(401, 404, 413, 422, 503) if model is not None else (401, 404, 413, 503),
        security=({"source": []}, {"signature": []}),
    )


def _operation(
    summary: str,
    *,
    answers: Mapping[int, type[BaseModel]],
    refuses: tuple[int, ...],
    reads: type[BaseModel] | None = None,
    body: Spec | None = None,
    parameters: tuple[Spec, ...] = (),
    security: tuple[Spec, ...] = ({"pipeline": []},),
) -> Spec:
    good = {
        str(status): _content(HTTPStatus(status).phrase, JSON, model) for status, model in answers.items()
    }
    bad = {str(status): _content(_WHY[status], PROBLEM, Problem) for status in refuses}
    made: Spec = {"summary": summary, "security": list(security), "responses": good | bad}
    if parameters:
        made["parameters"] = list(parameters)
    schema = _reference(reads) if reads is not None else body
    if schema is not None:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return made


def _content(description_: str, media: str, model: type[BaseModel]) -> Spec:
    return {"description": description_, "content": {media: {"schema": _reference(model)}}}


def _one_or_many(model: type[BaseModel]) -> Spec:
    return {"anyOf": [_reference(model), {"type": "array", "items": _reference(model)}]}


def _in_path(name: str, schema: Spec) -> Spec:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _reference(model: type[BaseModel]) -> Spec:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schemas() -> Spec:
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "validation") for model in _READ),
        *((model, "serialization") for model in _WRITTEN),
    ]
    _, definitions = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    found: Spec = definitions["$defs"]
    return found
