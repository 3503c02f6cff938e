"""Who sent these bytes: decided on the raw body, before anything is parsed.

Comparisons take the same time whatever is wrong. A timestamp outside five minutes is
refused, so a recorded request is of no use later.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from handlers.deps import Headers

TOLERANCE = 300
"""Seconds; Slack docs, verifying requests from Slack. Ours is the same."""


def from_slack(headers: Headers, raw: bytes, *, secret: str, now: datetime) -> bool:
    """Whether Slack signed the body (``v0=`` and HMAC-SHA256 over version, timestamp and body)."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    return _signed(
        "v0", stamp, headers.get("X-Slack-Signature", ""), raw, secrets=(secret,) if secret else (), now=now
    )


def from_sender(headers: Headers, raw: bytes, *, secrets: Iterable[str], now: datetime) -> bool:
    """Whether a webhook carries one of the secrets: as a signature, or as a bearer token.

    Alertmanager can send nothing but a token, so both are accepted; a signature that is
    there and wrong is never excused by a token.
    """
    known = tuple(secrets)
    signature = headers.get("X-Tocsin-Signature")
    if signature is not None:
        return _signed("v1", headers.get("X-Tocsin-Timestamp", ""), signature, raw, secrets=known, now=now)
    return bears(headers, known)


def bears(headers: Headers, tokens: Iterable[str]) -> bool:
    """Whether the request carries one of the tokens (``Authorization: Bearer …``)."""
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return False
    return any(_same(given.strip(), token) for token in tokens if token)


def sign(version: str, stamp: str, raw: bytes, secret: str) -> str:
    """The signature that a sender of this body puts into its header."""
    base = f"{version}:{stamp}:".encode() + raw
    return f"{version}={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}"


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


def _same(given: str, expected: str) -> bool:
    """Compare in constant time. Headers may hold bytes that are no text, hence surrogates."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
