"""Who sent these bytes: decided on the raw body, before anything is parsed.

Comparisons take the same time whatever is wrong. A timestamp outside five minutes is
refused, so a recorded request is of no use later. Where a sender signs, its own scheme
counts; every other sender proves itself with our signature, a bearer token or a password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from handlers.deps import Headers
from handlers.http.sources.moments import moment
from handlers.http.sources.payload import READABLE

TOLERANCE = 300
"""Seconds; Slack docs, verifying requests from Slack. Ours is the same."""
_MOST_SIGNATURES = 16
"""In one header; PagerDuty sends one for every secret while one is replaced."""


@dataclass(slots=True, kw_only=True)
class Request:
    """What of a request can prove its sender."""

    headers: Headers
    query: Mapping[str, str]
    raw: bytes
    secrets: tuple[str, ...] = field(repr=False)
    now: datetime


Scheme = Callable[[Request], bool]


def from_slack(headers: Headers, raw: bytes, *, secret: str, now: datetime) -> bool:
    """Whether Slack signed the body (``v0=`` and HMAC-SHA256 over version, timestamp and body)."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    return _signed(
        "v0", stamp, headers.get("X-Slack-Signature", ""), raw, secrets=(secret,) if secret else (), now=now
    )


def authentic(source: str, request: Request) -> bool:
    """Whether a webhook is from the source whose secrets we know, by that sender's own scheme."""
    return SCHEMES.get(source, from_sender)(request)


def from_sender(request: Request) -> bool:
    """Whether a webhook carries one of the secrets: as a signature, a bearer token or a password.

    Alertmanager can send nothing but a token, so all are accepted; a signature that is
    there and wrong is never excused by a token.
    """
    signature = request.headers.get("X-Tocsin-Signature")
    if signature is not None:
        stamp = request.headers.get("X-Tocsin-Timestamp", "")
        return _signed("v1", stamp, signature, request.raw, secrets=request.secrets, now=request.now)
    return bears(request.headers, request.secrets) or _knows_password(request.headers, request.secrets)


def from_grafana(request: Request) -> bool:
    """Grafana's signature if there is one: over the body, or over the timestamp, a colon and the body.

    Source: Grafana docs, "Configure webhook notifications", HMAC signature. The name of the
    timestamp's header is the operator's choice; ours is in the documents.
    """
    signature = request.headers.get("X-Grafana-Alerting-Signature")
    if signature is None:
        return from_sender(request)
    stamp = request.headers.get("X-Grafana-Alerting-Timestamp")
    if stamp is None:
        return _hashed(signature, request.raw, secrets=request.secrets)
    first = stamp.encode("utf-8", "surrogatepass") + b":"
    return _recent(stamp, request.now) and _hashed(signature, first, request.raw, secrets=request.secrets)


def from_pagerduty(request: Request) -> bool:
    """Any of the signatures in ``X-PagerDuty-Signature: v1=…,v1=…``; there is no timestamp.

    Source: PagerDuty developer docs, "Verifying webhook signatures".
    """
    given = request.headers.get("X-PagerDuty-Signature", "").split(",")[:_MOST_SIGNATURES]
    signatures = [each.strip().removeprefix("v1=") for each in given if each.strip().startswith("v1=")]
    expected = [_hmac(secret, request.raw) for secret in request.secrets if secret and signatures]
    return any(_same(each, one) for each in signatures for one in expected)


def from_sentry(request: Request) -> bool:
    """``Sentry-Hook-Signature`` over the body. The timestamp beside it is not signed, but looked at.

    Source: Sentry docs, "Integration platform, webhooks".
    """
    stamp = request.headers.get("Sentry-Hook-Timestamp", "")
    signature = request.headers.get("Sentry-Hook-Signature", "")
    return _recent(stamp, request.now) and _hashed(signature, request.raw, secrets=request.secrets)


def from_topic(request: Request) -> bool:
    """A token in the address that is good for one topic of Amazon SNS, and the topic is that one.

    SNS signs with a certificate that one would have to fetch from an address in the very
    message. The token is the topic's HMAC, so that the secret itself stands in no address
    and a subscription to another topic cannot be smuggled in.
    """
    topic = request.query.get("topic", "")
    token = request.query.get("token", "")
    if not topic or not _hashed(token, topic.encode("utf-8", "surrogatepass"), secrets=request.secrets):
        return False
    named = {request.headers.get("X-Amz-Sns-Topic-Arn", ""), _claimed(request.raw).TopicArn} - {""}
    return named == {topic}


def from_address(request: Request) -> bool:
    """The secret as ``?token=`` in the address, for senders that can set no header."""
    token = request.query.get("token", "")
    return from_sender(request) or any(_same(token, secret) for secret in request.secrets if secret)


def from_routing_key(request: Request) -> bool:
    """The secret as the event's routing key, which is all that senders in PagerDuty's shape have."""
    if from_sender(request):
        return True
    key = _claimed(request.raw).routing_key
    return any(_same(key, secret) for secret in request.secrets if secret)


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "azuremonitor": from_address,
        "cloudwatch": from_topic,
        "grafana": from_grafana,
        "pagerduty": from_pagerduty,
        "pagerdutyevents": from_routing_key,
        "sentry": from_sentry,
    }
)
"""By source; whoever is not here has no scheme of its own."""


def bears(headers: Headers, tokens: Iterable[str]) -> bool:
    """Whether the request carries one of the tokens (``Authorization: Bearer …``)."""
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return False
    return any(_same(given.strip(), token) for token in tokens if token)


def sign(version: str, stamp: str, raw: bytes, secret: str) -> str:
    """The signature that a sender of this body puts into its header."""
    return f"{version}={_hmac(secret, f'{version}:{stamp}:'.encode(), raw)}"


def _knows_password(headers: Headers, secrets: Iterable[str]) -> bool:
    """Whether ``Authorization: Basic …`` holds one of the secrets as password, whatever the user."""
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return False
    try:
        text = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    _, colon, password = text.partition(":")
    return any(_same(password, secret) for secret in secrets if secret and colon)


def _text(value: object) -> object:
    return value if isinstance(value, str) else ""


class _Claims(BaseModel):
    """What a body says of its sender; of nothing else is anything read before it is believed."""

    model_config = ConfigDict(extra="ignore")

    routing_key: Annotated[str, BeforeValidator(_text)] = ""
    TopicArn: Annotated[str, BeforeValidator(_text)] = ""


def _claimed(raw: bytes) -> _Claims:
    if len(raw) > READABLE:
        return _Claims()
    try:
        return _Claims.model_validate_json(raw)
    except ValidationError:
        return _Claims()


def _signed(
    version: str,
    stamp: str,
    signature: str,
    raw: bytes,
    *,
    secrets: Iterable[str],
    now: datetime,
) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len("99999999999")):
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE:
        return False
    return any(_same(signature, sign(version, stamp, raw, secret)) for secret in secrets)


def _hashed(signature: str, *signed: bytes, secrets: Iterable[str]) -> bool:
    """Whether a signature is the bare hexadecimal HMAC-SHA256 with one of the secrets."""
    return any(_same(signature, _hmac(secret, *signed)) for secret in secrets if secret)


def _recent(stamp: str, now: datetime) -> bool:
    at = moment(stamp)
    return at is not None and abs((now - at).total_seconds()) <= TOLERANCE


def _hmac(secret: str, *signed: bytes) -> str:
    begun = _keyed(secret).copy()
    for part in signed:
        begun.update(part)
    return begun.hexdigest()


@lru_cache(maxsize=64)
def _keyed(secret: str) -> hmac.HMAC:
    """HMAC-SHA256 before anything is signed: to begin anew costs more than a small body."""
    return hmac.new(secret.encode(), digestmod=hashlib.sha256)


def _same(given: str, expected: str) -> bool:
    """Compare in constant time. Headers may hold bytes that are no text, hence surrogates."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
