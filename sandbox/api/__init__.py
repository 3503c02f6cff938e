"""The Web API: one module per family of methods, found by name in a registry."""

from __future__ import annotations

from sandbox.api import (
    auth,
    chat,
    conversations,
    extras,
    files,
    history,
    marks,
    schedule,
    users,
    views,
)
from sandbox.api.registry import METHODS

__all__ = [
    "METHODS",
    "auth",
    "chat",
    "conversations",
    "extras",
    "files",
    "history",
    "marks",
    "schedule",
    "users",
    "views",
]
