"""The description of the interface: it is complete, and the interface keeps to it whatever is sent."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from handlers.http.openapi import PATH, description
from handlers.http.routes import routes
from tests.handlers.http.conftest import GATE, SOURCE, Site

NOT_DESCRIBED = {
    "/slack/events": "Slack describes it",
    "/incidents/{number}": "people follow it",
    "/healthz": "whoever runs the process",
    "/readyz": "whoever runs the process",
    "/metrics": "whoever runs the process",
    PATH: "the description itself",
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(description()).get_all_operations()]
_PATTERN = re.compile(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}")


def test_every_address_is_described_or_left_out_on_purpose(site: Site) -> None:
    sources = {f"/hooks/{source}" for source in site.desk.webhook_secrets}  # described as {source}
    ours = {_PATTERN.sub(r"{\1}", each.path) for each in routes(site.desk)} - sources
    assert ours - set(NOT_DESCRIBED) == set(description()["paths"]) - {"/hooks/generic", "/hooks/sli"}


async def test_anybody_may_read_it(site: Site) -> None:
    status, document, _ = await site.ask("GET", PATH)
    assert (status, document) == (200, description())
    schemathesis.openapi.from_dict(document).validate()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
async def test_whatever_is_sent_is_answered_as_described(
    operation: Any, mode: GenerationMode, site: Site
) -> None:
    """Made up from the description, and against it; by whoever has a token."""
    secret = SOURCE if operation.path.startswith("/hooks/") else GATE
    session = requests.Session()
    session.trust_env = False

    @given(case=operation.as_strategy(mode))
    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def try_it(case: Case) -> None:
        answer = case.call(base_url=site.url, session=session, headers=secret)
        case.validate_response(answer, checks=CHECKS)

    with session:
        await asyncio.to_thread(try_it)
