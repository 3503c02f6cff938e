"""What makes two deliveries one: the sender's own id for it.

Every sender that repeats a delivery repeats its id, so a row of the inbox named after the id is
stored once. Read from headers where the sender puts it there, else from the body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from handlers.http.sources import cdevents, cloudevents, cloudwatch, pagerduty, sentry

MAX_DELIVERY_ID = 200

Headers = Mapping[str, str]


def delivery_id(source: str, headers: Headers, raw: bytes) -> str:
    """The sender's own id, else that in ``X-Tocsin-Delivery``; empty if there is none.

    An own id goes first because it may be signed with the body, which a header is not. One that
    is too long or cannot be printed is replaced by its digest.
    """
    own = _OWN[source](headers, raw) if source in _OWN else ""
    given = headers.get("X-Tocsin-Delivery", "")
    if not own and 0 < len(given) <= MAX_DELIVERY_ID and given.isprintable():
        return given
    if len(own) <= MAX_DELIVERY_ID and own.isprintable():
        return own
    return hashlib.sha256(own.encode("utf-8", "surrogatepass")).hexdigest()


def _text(value: object) -> object:
    return value if isinstance(value, str) else ""


def _or_empty(value: object) -> object:
    return value if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(_text)]


class _Named(BaseModel):
    """Something with an id, and perhaps with the source within which it is one."""

    model_config = ConfigDict(extra="ignore")

    id: Text = ""
    source: Text = ""


class _Ids(_Named):
    """The places where ids stand in bodies."""

    event: Annotated[_Named, BeforeValidator(_or_empty)] = _Named()
    context: Annotated[_Named, BeforeValidator(_or_empty)] = _Named()
    MessageId: Text = ""


def _listed(value: object) -> object:
    return (
        [each for each in value if isinstance(each, dict)] if isinstance(value, list) else [_or_empty(value)]
    )


_SHAPE: TypeAdapter[list[_Ids]] = TypeAdapter(Annotated[list[_Ids], BeforeValidator(_listed)])


def _read(raw: bytes) -> list[_Ids]:
    try:
        return _SHAPE.validate_json(raw)
    except ValidationError:
        return []


def _of_pagerduty(_: Headers, raw: bytes) -> str:
    return next((ids.event.id for ids in _read(raw)), "")


def _of_sns(headers: Headers, raw: bytes) -> str:
    """The id is the same when SNS repeats a message; the header has it too (Amazon SNS docs)."""
    return headers.get("X-Amz-Sns-Message-Id", "") or next((ids.MessageId for ids in _read(raw)), "")


def _of_sentry(headers: Headers, _: bytes) -> str:
    return headers.get("Request-ID", "")


def _of_cloudevents(_: Headers, raw: bytes) -> str:
    """Source and id of every event: together they name an event for ever (CloudEvents 1.0.2)."""
    return _together([*_read(raw)])


def _of_cdevents(_: Headers, raw: bytes) -> str:
    read = _read(raw)
    return _together([ids.context for ids in read]) or _together([*read])


def _together(named: list[_Named]) -> str:
    """One name for several; empty unless every one of them has an id."""
    if not named or not all(each.id for each in named):
        return ""
    return " ".join(f"{len(each.source)}:{each.source}:{each.id}" for each in named)


_OWN: Final[Mapping[str, Callable[[Headers, bytes], str]]] = MappingProxyType(
    {
        cdevents.SOURCE: _of_cdevents,
        cloudevents.SOURCE: _of_cloudevents,
        cloudwatch.SOURCE: _of_sns,
        pagerduty.SOURCE: _of_pagerduty,
        sentry.SOURCE: _of_sentry,
    }
)
