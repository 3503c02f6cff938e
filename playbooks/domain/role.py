"""Roles beside the commander's."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody can be appointed to."""

    DEPUTY = "deputy"
    SCRIBE = "scribe"
    COMMS = "comms"
    """Speaks to the stakeholders of this incident, beside those of the roster."""

    @property
    def words(self) -> str:
        """What people call it."""
        return "comms lead" if self is Role.COMMS else self.value
