"""Names for the identifiers that cross the house, so that one cannot be passed for another.

Incident, change and known-error numbers are small integers because people say them
aloud; everything else is an opaque string made by the injected ``Ids``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NewType

IncidentId = NewType("IncidentId", int)
"""The number people say: 7 is shown as INC-7."""
KnownErrorId = NewType("KnownErrorId", int)
"""The number people say: 3 is shown as KE-3."""
ChangeId = NewType("ChangeId", str)
EpisodeId = NewType("EpisodeId", str)
TenureId = NewType("TenureId", str)
ContestId = NewType("ContestId", str)
HandoverId = NewType("HandoverId", str)
AssignmentId = NewType("AssignmentId", str)
LadderId = NewType("LadderId", str)
WorkstreamId = NewType("WorkstreamId", str)
TeamId = NewType("TeamId", str)
StatementId = NewType("StatementId", str)
TaskId = NewType("TaskId", str)
DecisionId = NewType("DecisionId", str)
SignatureId = NewType("SignatureId", str)
WindowId = NewType("WindowId", str)
UpdateId = NewType("UpdateId", str)
ClearanceId = NewType("ClearanceId", str)
MergeId = NewType("MergeId", str)
ReportId = NewType("ReportId", str)
ReviewId = NewType("ReviewId", str)
WorkaroundId = NewType("WorkaroundId", str)
ClockId = NewType("ClockId", str)

UserId = NewType("UserId", str)
"""A Slack user id (``U…`` or ``W…``), or one of the two actors below."""
ChannelId = NewType("ChannelId", str)
"""A Slack conversation id; never a channel name."""
Ts = NewType("Ts", str)
"""Slack's message timestamp, ``seconds.microseconds``: the identity of a message in its channel."""
GroupId = NewType("GroupId", str)
"""A Slack user group id (``S…``); never a handle."""
ServiceName = NewType("ServiceName", str)
PartyName = NewType("PartyName", str)

MONITORING = UserId("monitoring")
"""The actor of what a trigger rule did."""
SLACK = UserId("slack")
"""Somebody in Slack, of whom Slack does not say who it was."""
PROTOCOL = UserId("protocol")
"""The actor of what a timer of the playbook did."""
_ACCOUNT = re.compile(r"[UW][A-Z0-9]{2,20}")


def instant(ts: str) -> datetime:
    """The instant in a channel timestamp, exact to the microsecond.

    Raises ValueError if it is not ``seconds.microseconds``.
    """
    seconds, _, micros = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros or 0))


def incident_name(incident: IncidentId) -> str:
    """The way people write an incident's number."""
    return f"INC-{incident}"


def known_error_name(known_error: KnownErrorId) -> str:
    """The way people write a known error's number."""
    return f"KE-{known_error}"


def is_account(word: str) -> bool:
    """Whether a word from outside is a Slack user id; whether somebody has it only Slack knows."""
    return _ACCOUNT.fullmatch(word) is not None


def is_person(actor: UserId) -> bool:
    """Whether the actor is somebody who can be mentioned, not the machinery."""
    return actor not in (MONITORING, PROTOCOL, SLACK)
