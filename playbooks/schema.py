"""The playbook's shape: what the organisation does in a major incident.

Every number a person could want to change lives here, never in a rule. Unknown keys are
mistakes, so a misspelt limit cannot silently fall back to a default.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_DURATION = re.compile(r"(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")


def read_duration(value: object) -> object:
    """``5m``, ``1h 30m``, ``90s`` → timedelta.

    Days are refused: on a calendar of eight hours "1 day" means three working days to
    some tools and one to others, so people must write hours.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        message = f"{value!r} is not a duration; write hours, minutes or seconds, such as 5m, 1h 30m or 90s"
        raise ValueError(message)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(read_duration)]


def read_share(value: object) -> object:
    """``99.9%``, ``0.999`` or a quoted one → the exact fraction that was written.

    A float is read as the digits people wrote, so that 0.1 is a tenth and not a little more.
    """
    if isinstance(value, Fraction | bool):
        return value
    text = str(value).strip()
    try:
        return Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        message = f"{value!r} is not a share; write 99.9% or 0.999"
        raise ValueError(message) from None


Share = Annotated[Fraction, BeforeValidator(read_share)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Severity = Annotated[int, Field(ge=1, le=5)]
Tier = Annotated[int, Field(ge=1, le=4)]
ResponseRisk = Annotated[int, Field(ge=1, le=3)]


class Part(BaseModel):
    """A frozen section that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeverityLevel(Part):
    """One severity as people read it."""

    name: str
    means: str


class TriggerAction(StrEnum):
    """A rule declares, or proposes to a person."""

    DECLARE = "declare"
    PROPOSE = "propose"


class TriggerWhen(Part):
    """Conditions over one cluster of qualified episodes; all that are given must hold.

    Tier, severity, kind and window speak of one and the same episode: a mild alert on an
    important service beside a severe one on another is no severe alert on an important one.
    """

    tier: Tier | None = None
    """It is on a service of this tier or a better (lower) one."""
    severity: Severity | None = None
    """It has this severity or a worse (lower) one."""
    kind: Literal["alert", "slo_burn", "probe"] | None = None
    window: Name | None = None
    """It is a burn rate over one of the windows of this name, such as ``page``."""
    distinct_origins: Annotated[int, Field(ge=1)] = 1
    distinct_services: Annotated[int, Field(ge=1)] = 1
    sustained: Duration = timedelta(0)


class TriggerThen(Part):
    """What a rule does when it holds."""

    action: TriggerAction
    severity: Severity
    decide_within: Duration = timedelta(minutes=10)
    on_silence: Literal["declare_if_still_true", "reject"] = "declare_if_still_true"


class TriggerRule(Part):
    """One rule; rules are tried in the order in which they are written, first match wins."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    says: str
    """The rule in one sentence, as the log and the card print it."""
    when: TriggerWhen
    then: TriggerThen


class Alerts(Part):
    """How signals become episodes, and episodes one outage."""

    keep: Duration
    window: Duration
    common_cause_services: Annotated[int, Field(ge=2)]
    common_cause_share: Annotated[float, Field(gt=0, le=1)]
    flap_enter: int
    flap_leave: int
    flap_window: Duration
    clear_for: Duration
    reopen_window: Duration


class BurnWindow(Part):
    """A pair of windows: the budget burns if it did so over the long one and still does over the short."""

    name: Name
    """What a rule asks for, such as ``page`` or ``ticket``."""
    budget: Annotated[Share, Field(gt=0)]
    """The share of the whole budget that may be spent within the long window."""
    long: Annotated[Duration, Field(gt=timedelta(0))]
    short: Annotated[Duration, Field(gt=timedelta(0))]

    @model_validator(mode="after")
    def _short_is_shorter(self) -> Self:
        if self.short >= self.long:
            message = "the short window must be shorter than the long one"
            raise ValueError(message)
        return self


class Burn(Part):
    """When an error budget is spent too fast."""

    min_events: Annotated[int, Field(ge=1)]
    windows: tuple[BurnWindow, ...]


SHORTEST_BOX, LONGEST_BOX = timedelta(minutes=5), timedelta(hours=12)
"""A time box is shorter than a shift, and long enough to do something in it."""


class Command(Part):
    """The bounds of every question about the commander's seat."""

    ask_after: Duration
    ask_within: Duration
    ask_at_most: Annotated[int, Field(ge=0, le=20)]

    recall_after: Duration
    recall_within: Duration
    contest_within: Duration
    settle_within: Duration
    duty_within: Duration
    handover_within: Duration
    lead_within: Duration = timedelta(minutes=10)
    """A service may be without a lead for so long before the commander has to name one."""
    lead_bounces: Annotated[int, Field(ge=1, le=10)] = 2
    """After so many offers of its lead that led nowhere the commander decides."""
    team_box: Annotated[Duration, Field(ge=SHORTEST_BOX, le=LONGEST_BOX)] = timedelta(minutes=30)
    """A team has this long for its task, unless another time is said."""
    span: Annotated[int, Field(ge=1, le=50)] = 7
    """So many people one commander can look after."""

    @property
    def seated_within(self) -> timedelta:
        """Nobody need wait longer than this for a commander."""
        return self.ask_after + self.ask_at_most * self.ask_within


class Freeze(Part):
    """Which risk is held in which ring. Rings: 0 core … 3 everything else."""

    thresholds: dict[Severity, tuple[ResponseRisk | None, ...]]
    """Severity → the lowest risk held in rings 0 to 3; null holds nothing."""
    approval_valid: Duration
    allow_valid: Duration
    retry_after: Duration
    stabilisation: Duration

    @model_validator(mode="after")
    def _four_rings(self) -> Self:
        for severity, thresholds in self.thresholds.items():
            if len(thresholds) != 4:  # noqa: PLR2004 - the four rings of the freeze
                message = f"severity {severity} needs four thresholds, one for each ring 0 to 3"
                raise ValueError(message)
        return self


class Updates(Part):
    """The promised drum of stakeholder updates."""

    first: Duration
    every: Duration
    relax_after: Duration
    relaxed: Duration
    escalate_after: Duration


class Stale(Part):
    """How long nobody may say or do anything in a live incident."""

    after: dict[Severity, Annotated[Duration, Field(gt=timedelta(0))]] = Field(default_factory=dict)
    """Severity → then whoever commands is asked; a severity that is not named may be silent."""
    escalate_after: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(minutes=15)
    """So long after that a duty manager is told."""


class Tasks(Part):
    """When the silence of somebody who was asked to do something is spoken of."""

    answer_within: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(minutes=5)
    box: Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(hours=24))] = timedelta(minutes=20)
    """The time box of a task for which nobody named one."""
    overdue_after: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(minutes=5)


class Decisions(Part):
    """How long silence takes to confirm a proposal."""

    pause: Annotated[Duration, Field(ge=timedelta(seconds=30), le=timedelta(hours=1))] = timedelta(minutes=2)
    """From when the room can read it."""
    remind_after: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(minutes=5)
    """So long after whoever leads was asked to decide over objections, the duty managers are."""


class TwoPeople(StrEnum):
    """What takes somebody else than whoever did the step before it."""

    CLOSE = "close"
    RELEASE = "release"


class Authority(Part):
    """Where the ordinary rules of who may do what are bent, or doubled."""

    glass: Duration = timedelta(minutes=15)
    """So long somebody who broke the glass may do what leads may."""
    two_people: tuple[TwoPeople, ...] = ()


class DeletedWords(StrEnum):
    """What becomes of what somebody said and deleted."""

    KEEP = "keep"
    REMOVE = "remove"


class Log(Part):
    """How people mark what matters."""

    marks: tuple[str, ...]
    """Reaction names, without colons, that make a message a key event."""
    deleted: DeletedWords = DeletedWords.KEEP
    """What becomes of the words of a message that its author deletes."""


class Duty(Part):
    """What somebody in a role does, as they are told it once."""

    now: Annotated[str, Field(min_length=1, max_length=600)]
    first: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], Field(min_length=1, max_length=5)
    ]
    """Their first steps, in order."""


class Duties(Part):
    """The roles of an incident, and what is expected of whoever has them."""

    commander: Duty
    deputy: Duty
    scribe: Duty
    comms: Duty
    lead: Duty
    """Of the work on one service."""


class KnownErrors(Part):
    """When two articles are about the same thing."""

    symptom: float
    cause: float
    show_at_least: float
    """The least match at which a known error is shown on an incident's card."""
    unrelated_cap: float


class Room(Part):
    """How war rooms are named; ``{number}`` and ``{service}`` are filled in."""

    name: str


class Playbook(Part):
    """A whole playbook."""

    name: str
    severities: dict[Severity, SeverityLevel]
    unknown_severity: Severity
    room: Room
    alerts: Alerts
    burn: Burn
    triggers: tuple[TriggerRule, ...]
    command: Command
    freeze: Freeze
    updates: Updates
    stale: Stale = Stale()
    log: Log
    tasks: Tasks = Tasks()
    decisions: Decisions = Decisions()
    authority: Authority = Authority()
    roles: Duties
    known_errors: KnownErrors

    @model_validator(mode="after")
    def _rules_are_reachable(self) -> Self:
        seen: set[str] = set()
        for rule in self.triggers:
            if rule.id in seen:
                message = f"two trigger rules are called {rule.id}; give each its own id"
                raise ValueError(message)
            seen.add(rule.id)
        windows = {window.name for window in self.burn.windows}
        for rule in self.triggers:
            if rule.when.window is not None and rule.when.window not in windows:
                message = f"trigger rule {rule.id}: burn.windows has none called {rule.when.window}"
                raise ValueError(message)
        missing = [s for s in self.freeze.thresholds if s not in self.severities]
        if missing:
            message = f"freeze.thresholds names severities that do not exist: {missing}"
            raise ValueError(message)
        return self

    def severity_name(self, severity: int) -> str:
        """``SEV1`` for 1; the number itself if the playbook does not name it."""
        level = self.severities.get(severity)
        return level.name if level else f"SEV{severity}"
