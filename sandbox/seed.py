"""The workspace in which every run begins.

A small company: an admin, members in several time zones, two kinds of guest, a
stranger from a partner, somebody who left. The same in every run; another cast can
be read from a YAML file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.model import Channel, Note, User, UserGroup

if TYPE_CHECKING:
    from sandbox.state import Workspace

FOUNDED = 1_700_000_000  # the instant at which the seeded channels and users were made


class SeedInvalid(Exception):
    """The file does not describe a cast."""


@dataclass(slots=True, kw_only=True)
class Seed:
    """Who and what is there at the start. Members are named by user name; ``*`` is every full member."""

    team_id: str = "T0TOCSIN"
    team_name: str = "Tocsin Sandbox"
    domain: str = "tocsin-sandbox"
    number: int = 0
    users: list[dict[str, Any]] = field(default_factory=list)
    channels: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    emoji: dict[str, str] = field(default_factory=dict)

    def plant(self, workspace: Workspace) -> None:
        """Fill an empty workspace; raises SeedInvalid for somebody or something without a name."""
        try:
            self._plant(workspace)
        except (KeyError, TypeError) as error:
            raise SeedInvalid(f"The cast lacks or has too much: {error}") from error

    def _plant(self, workspace: Workspace) -> None:
        for each in self.users:
            email = each.get("email", f"{each['name']}@example.com")
            workspace.add_user(User(**each | {"email": email, "updated": FOUNDED}))
        by_name = {user.name: user.id for user in workspace.users.values()}
        first = next(iter(by_name.values()), "")
        for each in self.channels:
            workspace.add_channel(self._channel(each, workspace, by_name, first))
        for each in self.groups:
            members = [by_name.get(name, name) for name in each.get("users", [])]
            record: dict[str, Any] = {
                "created": FOUNDED,
                "created_by": first,
                "updated": FOUNDED,
                "updated_by": first,
            }
            workspace.groups[each["id"]] = UserGroup(**record | each | {"users": members})

    def _channel(
        self, raw: dict[str, Any], workspace: Workspace, by_name: dict[str, str], creator: str
    ) -> Channel:
        rest = {key: value for key, value in raw.items() if key not in {"members", "topic", "purpose"}}
        members = [by_name.get(name, name) for name in raw.get("members", [])]
        if raw.get("members") == "*":
            members = [
                user.id for user in workspace.users.values() if is_full_member(user, workspace.team_id)
            ]
        return Channel(
            created=FOUNDED,
            creator=creator,
            members=dict.fromkeys(members),
            topic=Note(value=raw.get("topic", "")),
            purpose=Note(value=raw.get("purpose", "")),
            updated=FOUNDED * 1000,
            **rest,
        )


def is_full_member(user: User, team_id: str) -> bool:
    """Neither guest, nor stranger, nor bot, nor gone."""
    return not (user.is_guest or user.is_stranger or user.deleted or user.is_bot) and user.team_id == team_id


def load_seed(path: Path) -> Seed:
    """A seed from a YAML file with the fields of Seed; raises SeedInvalid."""
    try:
        return Seed(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise SeedInvalid(f"{path}: {error}") from error


def default_seed() -> Seed:
    return Seed(users=_users(), channels=_channels(), groups=_groups())


def _users() -> list[dict[str, Any]]:
    cet, eastern = "Central European Time", "Eastern Standard Time"
    people: list[tuple[str, str, str, str, str, dict[str, Any]]] = [
        (
            "U0ADA",
            "ada",
            "Ada Okafor",
            "Europe/Paris",
            cet,
            {"is_admin": True, "is_owner": True, "is_primary_owner": True},
        ),
        ("U0BOB", "bob", "Bob Lindqvist", "Europe/Stockholm", cet, {}),
        ("U0CLEO", "cleo", "Cleo Marchetti", "America/New_York", eastern, {}),
        ("U0DEV", "dev", "Dev Raman", "Asia/Kolkata", "India Standard Time", {}),
        ("U0EVE", "eve", "Eve Tanaka", "Asia/Tokyo", "Japan Standard Time", {}),
        ("U0FAY", "fay", "Fay Mbeki", "Africa/Johannesburg", "South Africa Standard Time", {}),
        ("U0GUS", "gus", "Gus Novak", "Europe/Prague", cet, {}),
        ("U0HAL", "hal", "Hal Whitfield", "Europe/London", "Greenwich Mean Time", {"is_restricted": True}),
        (
            "U0IVY",
            "ivy",
            "Ivy Chen",
            "Asia/Singapore",
            "Singapore Standard Time",
            {"is_restricted": True, "is_ultra_restricted": True},
        ),
        (
            "U0KAI",
            "kai",
            "Kai External",
            "America/New_York",
            eastern,
            {"team_id": "T0PARTNER", "is_stranger": True},
        ),
        ("U0LEO", "leo", "Leo Gone", "Europe/Paris", cet, {"deleted": True}),
    ]
    return [
        {"id": id_, "name": name, "real_name": real, "tz": tz, "tz_label": label, **rest}
        for id_, name, real, tz, label, rest in people
    ]


def _channels() -> list[dict[str, Any]]:
    return [
        {
            "id": "C0GENERAL",
            "name": "general",
            "is_general": True,
            "members": "*",
            "purpose": "Announcements and work-based matters",
        },
        {
            "id": "C0INCIDENTS",
            "name": "incidents",
            "members": ["ada", "bob", "cleo", "dev", "eve", "fay", "gus"],
            "purpose": "Every incident is announced here",
        },
        {"id": "C0STAKE", "name": "stakeholders", "members": ["ada", "eve", "fay", "gus"]},
        {"id": "G0SECRET", "name": "secret-project", "is_private": True, "members": ["ada", "bob"]},
        {
            "id": "C0SHARED",
            "name": "partner-shared",
            "is_ext_shared": True,
            "connected_team_ids": ["T0PARTNER"],
            "members": ["ada", "kai"],
        },
        {"id": "C0OLD", "name": "old-project", "is_archived": True, "members": ["ada", "bob"]},
    ]


def _groups() -> list[dict[str, Any]]:
    return [
        {
            "id": "S0CMD",
            "name": "Incident commanders",
            "handle": "incident-commanders",
            "users": ["ada", "bob"],
        },
        {"id": "S0DUTY", "name": "Duty managers", "handle": "duty-managers", "users": ["gus"]},
        {"id": "S0SHOP", "name": "Team Shop", "handle": "team-shop", "users": ["bob", "dev"]},
        {"id": "S0PAY", "name": "Team Payments", "handle": "team-payments", "users": ["cleo", "dev"]},
    ]
