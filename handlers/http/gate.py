"""The gate: pipelines ask whether a change may go ahead, and are told why not.

The answer is never "allow" by accident: what cannot be read or decided is an error, and
the pipeline's own policy for errors applies.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Annotated

from aiohttp import web
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from handlers.deps import Desk
from handlers.http.authenticity import bears
from handlers.http.problems import Handler, Refused
from handlers.http.reading import body, mistakes
from handlers.http.showing import Shown, Written, shown, written
from playbooks.domain.change import ChangeType, Decision, Reason, Risk
from playbooks.domain.errors import ProtocolError, StaleWrite
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.protocol.gate import GateAnswer, GateQuestion, ask

MAX_BODY = 64 * 1024
ATTEMPTS = 3
_INCIDENT = re.compile(r"(?:INC-)?(\d{1,9})\Z", re.IGNORECASE)

Word = Annotated[str, Field(json_schema_extra={"enum": [decision.word for decision in Decision]})]
Short = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Address = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]


class ChangeAsked(BaseModel):
    """A change as pipelines describe it. Keys that we do not know are ignored."""

    model_config = ConfigDict(
        extra="ignore",
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
        json_schema_extra={"anyOf": [{"required": ["ref"]}, {"required": ["source", "run"]}]},
    )

    ref: Short = ""
    source: Short = ""
    run: Short = ""
    kind: ChangeType = ChangeType.NORMAL
    risk: Annotated[Risk, WithJsonSchema({"enum": [risk.name.lower() for risk in Risk]})] = Risk.MODERATE
    services: Annotated[tuple[Short, ...], Field(max_length=200)] = ()
    env: Short = "production"
    digest: Short = ""
    op_id: Short = ""
    op_started_at: AwareDatetime | None = None
    remedies: Short | None = None
    rollback_of: Short | None = None
    title: Short = ""
    link: Address = ""
    requester: Short = ""

    @field_validator("risk", mode="before")
    @classmethod
    def _risk_by_name(cls, value: object) -> object:
        return Risk.__members__.get(value.upper(), value) if isinstance(value, str) else value

    @field_validator("remedies")
    @classmethod
    def _names_an_incident(cls, value: str | None) -> str | None:
        if value and not _INCIDENT.match(value):
            message = "write the incident as INC-42"
            raise ValueError(message)
        return value or None

    @model_validator(mode="after")
    def _is_named(self) -> ChangeAsked:
        if not self.ref and not (self.source and self.run):
            message = "name the change: ref, or source and run"
            raise ValueError(message)
        return self


class Asked(BaseModel):
    """The whole request."""

    model_config = ConfigDict(extra="ignore")

    change: ChangeAsked


class ReasonShown(Shown):
    """One rule that had a say."""

    code: str
    cause: str | None
    """The incident that holds the change, such as INC-4."""
    decision: Word
    text: str


class ChangeShown(Shown):
    """The change as it was understood."""

    ref: str
    unknown_services: tuple[str, ...]


class VerdictShown(Shown):
    """Whether the change may go ahead, and why not."""

    verdict: Word
    reasons: tuple[ReasonShown, ...]
    approvers: tuple[str, ...]
    verdict_id: str
    input_digest: str
    at: Written
    valid_until: Written | None
    retry_after: int | None
    """Seconds after which to ask again."""
    change: ChangeShown


def gate(desk: Desk) -> Handler:
    """``POST /v1/gate``."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not bears(request.headers, desk.gate_tokens):
            raise Refused(401, "Not authorised", "Send one of the tokens in gate.tokens as a bearer token.")
        question = _question(await body(request, limit=MAX_BODY))
        try:
            given = await _answered(desk, question)
        except ProtocolError as no:
            raise Refused(422, "Not decided", str(no)) from no
        return shown(_shown(given))

    return answer


async def _answered(desk: Desk, question: GateQuestion) -> GateAnswer:
    """Decide once more if another pipeline wrote about the same change in the same moment."""
    for _ in range(ATTEMPTS - 1):
        with suppress(StaleWrite):
            return await ask(desk.ports, question=question)
    return await ask(desk.ports, question=question)


def _question(raw: bytes) -> GateQuestion:
    try:
        asked = Asked.model_validate_json(raw)
    except ValidationError as wrong:
        raise Refused(422, "Not understood", mistakes(wrong)) from None
    change = asked.change
    remedied = _INCIDENT.match(change.remedies) if change.remedies else None
    return GateQuestion(
        ref=change.ref or f"{change.source}:{change.run}",
        kind=change.kind,
        risk=change.risk,
        services=change.services,
        env=change.env,
        digest=change.digest,
        op=change.op_id or f"{change.run or change.ref}/{change.env}",
        op_started_at=change.op_started_at,
        remedies=IncidentId(int(remedied[1])) if remedied else None,
        rollback_of=change.rollback_of or None,
        title=change.title,
        link=change.link,
        requester=change.requester,
    )


def _shown(given: GateAnswer) -> VerdictShown:
    verdict = given.verdict
    return VerdictShown(
        verdict=verdict.decision.word,
        reasons=tuple(_reason(reason) for reason in verdict.reasons),
        approvers=tuple(sorted({who for reason in verdict.reasons for who in reason.approvers})),
        verdict_id=given.verdict_id,
        input_digest=verdict.input_digest,
        at=written(verdict.at),
        valid_until=written(verdict.valid_until) if verdict.valid_until else None,
        retry_after=verdict.retry_after,
        change=ChangeShown(ref=given.change.ref, unknown_services=given.change.unknown_services),
    )


def _reason(reason: Reason) -> ReasonShown:
    named = reason.incident if not reason.private else None
    cause = incident_name(named) if named is not None else None
    return ReasonShown(code=reason.code, cause=cause, decision=reason.decision.word, text=reason.text)
