"""Roles beside the commander's."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody can be appointed to."""

    DEPUTY = "deputy"
    SCRIBE = "scribe"
