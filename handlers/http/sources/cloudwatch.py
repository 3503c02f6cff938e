"""CloudWatch's alarms, through a topic of Amazon SNS.

SNS wraps the alarm: ``Message`` is a JSON text inside of JSON. Before the first alarm SNS asks
for the subscription to be confirmed by opening an address. Nothing here opens anything: the
delivery is put aside with the address in its reason, so that an operator can look at it and
decide, and the address is shown only if it is SNS' own, for that very topic.

That a topic is one of ours is proved before (``handlers.http.authenticity``): the token in the
address of the hook is good for one topic only.

An alarm has no severity. It can be written into the description as ``severity=high``, or stand
at the beginning or the end of the alarm's name: ``checkout-5xx-critical``.

Sources: Amazon SNS docs, "Parsing message formats"; CloudWatch docs, "Using alarms".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.http.sources.moments import Moment
from handlers.http.sources.payload import (
    MAX_WORD,
    Foreign,
    Labels,
    Malformed,
    Word,
    env_of,
    first,
    key_of,
    kind_of,
    link_of,
    title_of,
    understood,
)
from handlers.http.sources.severity import linted, severity_of
from playbooks.domain.signal import Signal, SignalStatus

SOURCE: Final = "cloudwatch"

_STATUS = {
    "ALARM": SignalStatus.FIRING,
    "OK": SignalStatus.RESOLVED,
    "INSUFFICIENT_DATA": SignalStatus.NODATA,
}
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]{1,40}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}")
_ADDRESS = re.compile(r"[!-~]{1,2000}")
_SAID = re.compile(
    r"\b(severity|service|env|environment|origin|kind)\s*[=:]\s*([\w./-]{1,128})", re.IGNORECASE
)
_NAMED = (
    "critical",
    "crit",
    "warning",
    "warn",
    "info",
    *(f"p{n}" for n in range(1, 6)),
    *(f"sev{n}" for n in range(5)),
)
"""Words that mean nothing but a severity in an alarm's name; "error" and "low" are often the topic."""
_ARN = ("arn", "partition", "service", "region", "account", "alarm", "name")
_MAX_DIMENSIONS = 64


class Dimension(Foreign):
    """What is measured, such as a queue."""

    name: Word = ""
    value: Word = ""


def _few(value: object) -> object:
    return value[:_MAX_DIMENSIONS] if isinstance(value, list) else []


def _or_empty(value: object) -> object:
    return {} if value is None else value


class Metric(Foreign):
    """The metric behind an alarm. An alarm over other alarms has none."""

    Namespace: Word = ""
    Dimensions: Annotated[tuple[Dimension, ...], BeforeValidator(_few)] = ()


class CloudwatchAlarm(Foreign):
    """A change of an alarm's state."""

    AlarmName: Annotated[Word, Field(min_length=1)]
    AlarmArn: Word = ""
    AlarmDescription: Word = ""
    AWSAccountId: Word = ""
    Region: Word = ""
    NewStateValue: Literal["ALARM", "OK", "INSUFFICIENT_DATA"]
    StateChangeTime: Moment = None
    Trigger: Annotated[Metric, BeforeValidator(_or_empty)] = Metric()


class SnsEnvelope(Foreign):
    """What SNS writes around it. Without a type it is the bare alarm ("raw message delivery")."""

    Type: Word = ""
    TopicArn: Word = ""
    Message: str = ""
    SubscribeURL: Word = ""


_ENVELOPE = TypeAdapter(SnsEnvelope)
_ALARM = TypeAdapter(CloudwatchAlarm)
_DIMENSIONS: TypeAdapter[dict[str, str]] = TypeAdapter(Labels)


def parse(raw: bytes, *, received_at: datetime) -> tuple[Signal, ...]:
    """One signal. Raises Malformed, also for what an operator has to decide."""
    envelope = understood(_ENVELOPE, raw)
    match envelope.Type:
        case "Notification":
            return (_signal(understood(_ALARM, envelope.Message.encode()), received_at),)
        case "":
            return (_signal(understood(_ALARM, raw), received_at),)
        case "SubscriptionConfirmation":
            raise Malformed(_asks(envelope))
        case "UnsubscribeConfirmation":
            raise Malformed(f"{_topic(envelope)} was unsubscribed: its alarms do not reach us any more.")
        case _:
            raise Malformed("This delivery cannot be read: Type: none that the documents of SNS name.")


def _asks(envelope: SnsEnvelope) -> str:
    """What an operator reads about a subscription that waits to be confirmed."""
    address = confirmation(envelope.TopicArn, envelope.SubscribeURL)
    if not address:
        return (
            f"{_topic(envelope)} asks for a confirmation, at an address that is not of SNS. Do not open it."
        )
    return f"{_topic(envelope)} asks for a confirmation. If you subscribed it, open {address}"


def _topic(envelope: SnsEnvelope) -> str:
    return envelope.TopicArn if _TOPIC.fullmatch(envelope.TopicArn) else "A topic without a readable name"


def confirmation(topic: str, address: str) -> str:
    """The address that confirms a subscription; empty unless it is SNS' own, for that topic.

    Only https, only the host of SNS in the topic's region, no port, no user, nothing but
    the one action.
    """
    named = _TOPIC.fullmatch(topic)
    if named is None or _ADDRESS.fullmatch(address) is None:
        return ""
    try:
        parts = urlsplit(address)
        asked = parse_qs(parts.query, max_num_fields=8)
    except ValueError:
        return ""
    hosts = (f"sns.{named[1]}.amazonaws.com", f"sns.{named[1]}.amazonaws.com.cn")
    ours = (
        parts.scheme == "https" and parts.netloc in hosts and parts.path in ("", "/") and not parts.fragment
    )
    confirms = asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn") == [topic]
    return address if ours and confirms else ""


def _signal(alarm: CloudwatchAlarm, received_at: datetime) -> Signal:
    said = dict(_said(alarm.AlarmDescription))
    dimensions = {each.name: each.value for each in alarm.Trigger.Dimensions if each.name}
    status = _STATUS[alarm.NewStateValue]
    severity = first(said.get("severity", ""), _severity_in(alarm.AlarmName))
    at = alarm.StateChangeTime or received_at
    return Signal(
        source=SOURCE,
        dedup_key=key_of(alarm.AlarmArn, f"{alarm.AWSAccountId}:{alarm.Region}:{alarm.AlarmName}"),
        origin=first(said.get("origin", ""), SOURCE)[:MAX_WORD],
        status=status,
        kind=kind_of(said.get("kind", "")),
        severity=severity_of(severity),
        service_hint=_service(alarm, said, dimensions)[:MAX_WORD],
        env=env_of(first(said.get("env", ""), said.get("environment", ""))),
        title=title_of(alarm.AlarmName),
        link=link_of(_console(alarm)),
        occurred_at=at,
        starts_at=None if status is SignalStatus.RESOLVED else alarm.StateChangeTime,
        ends_at=at if status is SignalStatus.RESOLVED else None,
        labels=linted(_DIMENSIONS.validate_python(dimensions), severity),
    )


def _said(description: str) -> Iterator[tuple[str, str]]:
    """``service=checkout`` and the like in an alarm's description."""
    for name, value in _SAID.findall(description[:4_000]):
        yield name.lower(), value


def _severity_in(name: str) -> str:
    words = [word for word in re.split(r"[^a-z0-9]+", name[:1_000].lower()) if word]
    return next((word for word in (*words[:1], *words[-1:]) if word in _NAMED), "")


def _service(alarm: CloudwatchAlarm, said: dict[str, str], dimensions: dict[str, str]) -> str:
    named = (dimensions.get(name, "") for name in ("Service", "ServiceName", "service"))
    return first(
        said.get("service", ""), *named, *dimensions.values(), alarm.Trigger.Namespace, alarm.AlarmName
    )


def _console(alarm: CloudwatchAlarm) -> str:
    """The alarm in the console; its address needs the region's code, which only the ARN has."""
    parts = alarm.AlarmArn.split(":", 6)
    if len(parts) != len(_ARN) or not re.fullmatch(r"[a-z0-9-]{1,40}", parts[3]) or parts[1] != "aws":
        return ""
    region, name = parts[3], quote(parts[6], safe="")
    return f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}"
