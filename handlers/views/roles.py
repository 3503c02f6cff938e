"""What somebody is in an incident, as far as it decides which buttons are worth showing.

A button that is shown may still be refused: the protocol decides, this only tidies up.
"""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.roles import comms_of
from playbooks.protocol.picture import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Commander, manager on duty, writer to stakeholders: any of them, or none."""

    commands: bool
    manages: bool
    writes: bool
    overrides: bool
    """May take command in person."""
    runs: bool
    """On shift, on duty or running the bot: they may break the glass."""

    @property
    def leads(self) -> bool:
        """May end things."""
        return self.commands or self.manages

    @property
    def speaks(self) -> bool:
        """May write to stakeholders."""
        return self.leads or self.writes


def role_of(user: UserId, picture: Picture, handbook: Handbook) -> Role:
    """The role of a person in an incident."""
    return Role(
        commands=picture.tenure is not None and picture.tenure.user == user,
        manages=user in handbook.duty_managers,
        writes=user in (*handbook.comms, *comms_of(picture.roles)),
        overrides=user in (*handbook.duty_managers, *handbook.executives),
        runs=user in (*handbook.operators, *handbook.on_shift),
    )
