"""Who governs what: the model in force by default, by service and by act, and what contracts limit.

Centralised: the centre alone. Federated: whoever has the role, and the party that answers for the
service; the centre may object within a time. Decentralised: whoever has the role, and nobody is asked.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from playbooks.schema import Duration, Name, Part


class Act(StrEnum):
    """What is governed."""

    DECLARE = "declare"
    COMMAND = "command"
    """Taking command unasked."""
    EXEMPT = "exempt"
    """Letting a change through a freeze, or lifting it."""
    RELEASE = "release"
    """Letting stakeholders know."""
    RESOLVE = "resolve"


class Model(StrEnum):
    """Where authority lies."""

    CENTRALISED = "centralised"
    FEDERATED = "federated"
    DECENTRALISED = "decentralised"


class Silence(StrEnum):
    """What becomes of an act about which nobody said anything in time."""

    STANDS = "stands"
    LAPSES = "lapses"


VENDORS_MAY = frozenset((Act.DECLARE, Act.COMMAND, Act.RESOLVE))
"""What people of a vendor may do unless its contract says otherwise."""
SHORTEST_VETO, LONGEST_VETO = timedelta(seconds=30), timedelta(minutes=15)
"""Time enough to read a message, and no longer than an incident may wait for a word."""

Veto = Annotated[Duration, Field(ge=SHORTEST_VETO, le=LONGEST_VETO)]


class Rule(Part):
    """What is not said here is as the wider rule says."""

    model: Model | None = None
    veto: Veto | None = None
    silence: Silence | None = None
    centre: Name | None = None
    """The party at the centre; the duty managers where none is named."""


class Rules(Rule):
    """A rule for everything, and exceptions by act."""

    acts: dict[Act, Rule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _declarations_are_heard(self) -> Rules:
        declare = self.acts.get(Act.DECLARE)
        if declare is not None and declare.silence is Silence.LAPSES:
            message = "a declaration that nobody answers must not get lost; its silence always stands"
            raise ValueError(message)
        return self


class Governance(Rules):
    """The rules for everything, and those of single services."""

    services: dict[Name, Rules] = Field(default_factory=dict)
