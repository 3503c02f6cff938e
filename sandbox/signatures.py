"""How Slack signs what it sends, so that a bot can tell it from a stranger's request.

Source: Slack docs, "Verifying requests from Slack": ``v0=`` and the hex HMAC-SHA256
of ``v0:{timestamp}:{raw body}`` under the app's signing secret.
"""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
SIGNATURE_HEADER = "X-Slack-Signature"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of ``X-Slack-Signature`` for this raw body."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Both signature headers; ``timestamp`` is Unix seconds."""
    return {TIMESTAMP_HEADER: str(timestamp), SIGNATURE_HEADER: signature(secret, timestamp, body)}
