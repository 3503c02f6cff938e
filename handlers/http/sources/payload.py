"""What every alert adapter shares: bounded, clean values out of whatever a sender wrote.

A payload comes from outside and often from a template that somebody edited, so a missing or
unknown key is no reason to lose an alert. What cannot be understood at all is refused with
a sentence that names the place and never repeats the content, which may be secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from playbooks.domain.burn import WINDOW_LABEL
from playbooks.domain.placing import MACHINES, PODS, SPACES, WORKLOADS
from playbooks.domain.signal import SignalKind

MAX_ALERTS = 1_000
"""Alerts in one delivery; senders group more into several."""
READABLE = 2 * 1024 * 1024
"""Bytes; to parse more would keep everybody waiting, and no product sends as much."""
MAX_LABELS = 64
MAX_LABEL_NAME = 128
MAX_LABEL_VALUE = 512
MAX_TITLE = 300
MAX_WORD = 255
"""Characters of a key, a service or an origin."""
MAX_LINK = 2_000
"""Characters; Slack shows no link of more than 3,000 (Slack docs, button element)."""
MAX_MISTAKES = 3
PRODUCTION = "production"

_ENVIRONMENTS = {"prod": PRODUCTION, "prd": PRODUCTION, "live": PRODUCTION}

_TELLING = (
    *("alertname", "service", "job", "namespace", "instance", "severity", "priority", "env", "environment"),
    *(
        "kind",
        "origin",
        "grafana_folder",
        "prometheus",
        "monitor",
        "cluster",
        "summary",
        "message",
        "description",
    ),
    *(*WORKLOADS, *PODS, *MACHINES, *SPACES, WINDOW_LABEL),
)
"""Labels and annotations that adapters read, so that they survive the cut."""

Model = TypeVar("Model")


class Malformed(Exception):
    """The delivery cannot be understood; ``says`` tells its sender why."""

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


def require_readable(raw: bytes) -> None:
    """Raises Malformed for what is too large to be parsed."""
    if len(raw) > READABLE:
        raise Malformed(f"{len(raw):,} bytes are more than the {READABLE:,} that are read at once")


class Foreign(BaseModel):
    """Somebody else's record: keys we do not know are none of our business."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)


def _clean(value: object) -> object:
    """A word without what no database and no reader can use; numbers and nothing become words."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        value = str(value)
    return " ".join(value.replace("\x00", "").split()) if isinstance(value, str) else value


def _bounded(value: object) -> object:
    """At most so many labels, each cut to its length: the telling ones, then by name."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return value
    names = sorted(value, key=lambda name: (name not in _TELLING, name))[:MAX_LABELS]
    return {str(_clean(n))[:MAX_LABEL_NAME]: _cut(_clean(value[n]), MAX_LABEL_VALUE) for n in names}


def _scalars(value: object) -> object:
    """Somebody's free-form details as labels: what is nested says nothing to a rule."""
    if not isinstance(value, Mapping):
        return {}
    return _bounded({n: v for n, v in value.items() if isinstance(v, str | int | float)})


def _cut(value: object, limit: int) -> object:
    return value[:limit] if isinstance(value, str) else value


def _absent(value: object) -> object:
    return None if value == "" else value


def _utc(value: datetime | None) -> datetime | None:
    """The instant in UTC; None for the zero time of Go programs, which means that there is none."""
    if value is None or value.year == 1:
        return None
    if value.tzinfo is None:
        message = "an instant needs its offset, such as 2026-06-02T10:00:00Z"
        raise ValueError(message)
    if value.year > 9_000:  # noqa: PLR2004 - an end "for ever" that no offset may push over the edge
        message = "this instant is too far away"
        raise ValueError(message)
    return value.astimezone(UTC)


Word = Annotated[str, BeforeValidator(_clean)]
Labels = Annotated[dict[str, Word], BeforeValidator(_bounded)]
Details = Annotated[dict[str, Word], BeforeValidator(_scalars)]
"""Like labels, of which nothing is expected: what is no word or number is left out."""
Instant = Annotated[datetime | None, BeforeValidator(_absent), AfterValidator(_utc)]


def understood(shape: TypeAdapter[Model], raw: bytes) -> Model:
    """The delivery in a shape. Raises Malformed, naming at most three places."""
    try:
        return shape.validate_json(raw)
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_input=False, include_context=False)
        told = "; ".join(_told(error) for error in errors[:MAX_MISTAKES])
        more = f"; and {len(errors) - MAX_MISTAKES} more" if len(errors) > MAX_MISTAKES else ""
        raise Malformed(f"This delivery cannot be read: {told}{more}.") from refused


def _told(error: Mapping[str, Any]) -> str:
    where = ".".join(str(step) for step in error["loc"])
    return f"{where}: {error['msg']}" if where else str(error["msg"])


def require_few(alerts: Sequence[object]) -> None:
    """Raises Malformed for a delivery that is too large to be thought about at once."""
    if len(alerts) > MAX_ALERTS:
        raise Malformed(f"This delivery holds {len(alerts)} alerts; send at most {MAX_ALERTS} at once.")


def env_of(word: str) -> str:
    """The environment in lower case and written out; production if the sender names none."""
    env = word.lower()[:MAX_WORD]
    return _ENVIRONMENTS.get(env, env) or PRODUCTION


def kind_of(word: str) -> SignalKind:
    """The kind a sender names; an alert if it names none that we know."""
    return next((kind for kind in SignalKind if kind == word.lower()), SignalKind.ALERT)


def title_of(*candidates: str) -> str:
    """The first that says something, on one line and short enough for a card."""
    said = first(*candidates) or "Alert without a title"
    return said if len(said) <= MAX_TITLE else f"{said[: MAX_TITLE - 1]}…"


def link_of(*candidates: str) -> str:
    """The first that a browser can open; empty if there is none."""
    return next((link for link in candidates if _opens(link)), "")


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(link) <= MAX_LINK


def joined(base: str, link: str) -> str:
    """A link that may be relative to another; empty if the two make none."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def host_of(link: str) -> str:
    """The host name in a link; empty if it has none."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def first(*candidates: str) -> str:
    """The first that is not empty; empty if all are."""
    return next((candidate for candidate in candidates if candidate), "")


def key_of(*candidates: str) -> str:
    """The first that is not empty, as a key. A long one keeps its beginning and stays itself."""
    key = first(*candidates)
    return key if len(key) <= MAX_WORD else f"{key[:200]}#{fingerprint({'key': key})}"


def fingerprint(labels: Mapping[str, str]) -> str:
    """A key for an alert whose sender gave none: the same labels are the same alert."""
    text = "\x00".join(f"{name}\x01{value}" for name, value in sorted(labels.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
