"""Reading a Slack app manifest: what the app may do and where it wants to be called.

Both manifest versions and both spellings (YAML, JSON) are read. Only the parts that
change the sandbox's behaviour are kept; the raw document stays available.

Source: Slack docs, "App manifest reference".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

MAX_NAME_CHARS = 35  # Slack docs, App manifest reference, display_information.name
MAX_COMMAND_CHARS = 32  # Slack manifest schema, slash_commands[].command
MAX_SHORTCUT_NAME_CHARS = 24  # Slack manifest schema, shortcuts[].name


class ManifestInvalid(Exception):
    """The document is not a manifest that Slack would accept; ``problems`` says why."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command; ``url`` is None when the app listens over Socket Mode."""

    command: str
    description: str
    usage_hint: str = ""
    url: str | None = None
    should_escape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A shortcut in the search box ("global") or in a message's menu ("message")."""

    type: Literal["global", "message"]
    name: str
    callback_id: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An app as its manifest describes it."""

    name: str
    bot_name: str
    description: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    bot_scopes: frozenset[str]
    bot_events: frozenset[str]
    event_url: str | None
    interactivity_url: str | None
    options_url: str | None
    socket_mode: bool
    has_home: bool
    messages_tab: bool
    raw: Mapping[str, Any]

    def command(self, name: str) -> Command | None:
        """The command typed as ``name``, with or without its slash."""
        wanted = "/" + name.lstrip("/")
        return next((each for each in self.commands if each.command == wanted), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        return next((each for each in self.shortcuts if each.callback_id == callback_id), None)


def load_manifest(path: Path) -> Manifest:
    """The manifest in a YAML or JSON file (JSON is read as YAML)."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestInvalid([f"{path}: {error}"]) from error
    if not isinstance(document, dict):
        raise ManifestInvalid([f"{path}: not a mapping"])
    return parse_manifest(document)


def parse_manifest(raw: Mapping[str, Any]) -> Manifest:
    """Check and read a manifest document; raises ManifestInvalid with every problem found."""
    if not isinstance(raw, Mapping):
        raise ManifestInvalid(["a manifest is a mapping"])
    problems = [*_display_problems(raw), *_feature_problems(raw), *_list_problems(raw)]
    if problems:
        raise ManifestInvalid(problems)
    features, settings = _section(raw, "features"), _section(raw, "settings")
    interactivity = _section(settings, "interactivity")
    subscriptions = _section(settings, "event_subscriptions")
    home = _section(features, "app_home")
    display = _section(raw, "display_information")
    return Manifest(
        name=display["name"],
        bot_name=_section(features, "bot_user").get("display_name") or display["name"],
        description=display.get("description") or "",
        commands=tuple(_command(each) for each in features.get("slash_commands") or ()),
        shortcuts=tuple(_shortcut(each) for each in features.get("shortcuts") or ()),
        bot_scopes=frozenset(_section(_section(raw, "oauth_config"), "scopes").get("bot") or ()),
        bot_events=frozenset(subscriptions.get("bot_events") or ()),
        event_url=subscriptions.get("request_url"),
        interactivity_url=interactivity.get("request_url"),
        options_url=interactivity.get("message_menu_options_url"),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
        has_home=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        raw=raw,
    )


def _display_problems(raw: Mapping[str, Any]) -> list[str]:
    name = _section(raw, "display_information").get("name")
    if not name or not isinstance(name, str):
        return ["display_information.name is required"]
    if len(name) > MAX_NAME_CHARS:
        return [f"display_information.name is longer than {MAX_NAME_CHARS} characters"]
    return []


def _feature_problems(raw: Mapping[str, Any]) -> list[str]:
    features = _section(raw, "features")
    problems = [
        f"features.{key} is no list of mappings"
        for key in ("slash_commands", "shortcuts")
        if not _is_list(features.get(key), Mapping)
    ]
    if problems:
        return problems
    for each in features.get("slash_commands") or ():
        command = str(each.get("command", ""))
        if not command.startswith("/") or len(command) > MAX_COMMAND_CHARS:
            problems.append(
                f"slash_commands: {command!r} is no slash and at most {MAX_COMMAND_CHARS} characters"
            )
        if not each.get("description"):
            problems.append(f"slash_commands: {command!r} has no description")
    for each in features.get("shortcuts") or ():
        if each.get("type") not in {"global", "message"}:
            problems.append(f"shortcuts: {each.get('name')!r} is neither global nor message")
        if not each.get("callback_id") or not 0 < len(str(each.get("name", ""))) <= MAX_SHORTCUT_NAME_CHARS:
            problems.append(f"shortcuts: {each.get('name')!r} needs a callback_id and a short name")
    return problems


def _list_problems(raw: Mapping[str, Any]) -> list[str]:
    """Scopes and events are lists of names."""
    scopes = _section(_section(raw, "oauth_config"), "scopes").get("bot")
    events = _section(_section(raw, "settings"), "event_subscriptions").get("bot_events")
    named = {"oauth_config.scopes.bot": scopes, "settings.event_subscriptions.bot_events": events}
    return [f"{name} is no list of names" for name, value in named.items() if not _is_list(value, str)]


def _is_list(value: object, kind: type) -> bool:
    """A list of one kind of thing, or nothing at all."""
    return value is None or (isinstance(value, list) and all(isinstance(each, kind) for each in value))


def _command(raw: Mapping[str, Any]) -> Command:
    return Command(
        command=raw["command"],
        description=raw["description"],
        usage_hint=raw.get("usage_hint") or "",
        url=raw.get("url"),
        should_escape=bool(raw.get("should_escape", False)),
    )


def _shortcut(raw: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        type=raw["type"],
        name=raw["name"],
        callback_id=raw["callback_id"],
        description=raw.get("description") or "",
    )


def _section(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = raw.get(key) or {}
    if not isinstance(found, Mapping):
        raise ManifestInvalid([f"{key} is not a mapping"])
    return found
