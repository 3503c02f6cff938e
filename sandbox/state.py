"""The workspace: everything that is, and the news of every change.

Look-ups and identifiers only. Who may do what is decided in the modules that change
it (``channels``, ``messages``, ``marks``, ``views``, ``files``), for people and bots alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from sandbox.background import Background
from sandbox.bot_users import bot_user
from sandbox.clock import Clock
from sandbox.faults import Fault, Faults
from sandbox.ids import Credentials, Ids, credentials_of
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.manifest import Manifest, parse_manifest
from sandbox.model import App, Channel, File, Message, ScheduledMessage, User, UserGroup, View
from sandbox.seed import Seed, default_seed
from sandbox.tickets import Tickets
from sandbox.triggers import Triggers

CHANGES_KEPT = 10_000  # for readers of the stream that fell behind
MICROSECONDS = 1_000_000

Envelope = dict[str, Any]
EventSink = Callable[[App, Envelope], None]


@dataclass(slots=True, kw_only=True)
class Change:
    """Something is different now. ``kind`` is what to redraw, ``name`` what happened, in the past tense.

    ``user`` caused it; None is the workspace itself. ``data`` is read by ``events.py``.
    """

    seq: int
    kind: str
    name: str
    at: float
    channel: str | None = None
    user: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        shown = {"seq": self.seq, "kind": self.kind, "name": self.name, "at": self.at}
        return shown | {key: value for key in ("channel", "user") if (value := getattr(self, key))}


@dataclass(slots=True)
class Knobs:
    """What a test may turn: ``page_limit`` shrinks every page, ``short_pages`` leaves gaps in them.

    ``public`` opens the control surface to requests from elsewhere.
    """

    rate_limits: str = "documented"
    page_limit: int | None = None
    short_pages: bool = False
    cursor_seconds: float | None = None
    groups_available: bool = True
    check_scopes: bool = True
    message_replied: bool = False
    public: bool = False


class Workspace:
    """One team and what it contains."""

    def __init__(
        self, seed: Seed | None = None, *, clock: Clock | None = None, knobs: Knobs | None = None
    ) -> None:
        self.clock = clock or Clock()
        self.seed = seed or default_seed()
        self.knobs = knobs or Knobs()
        self.base_url = "http://127.0.0.1"
        self.journal = Journal(self.clock.now)
        self.faults = Faults(self.seed.number, self._struck)
        self.timers = Background()
        self.event_sink: EventSink = lambda _app, _envelope: None
        self.seq = 0
        self.changes: deque[Change] = deque(maxlen=CHANGES_KEPT)
        self._listeners: list[Callable[[Change], None]] = []
        self._last_micros = 0
        self._fill()

    def _fill(self) -> None:
        self.ids = Ids(self.seed.number)
        self.triggers = Triggers(self.clock, self.ids)
        self.tickets = Tickets(self.clock, self.ids)
        self.limits = Limits()
        self.team_id, self.team_name, self.team_domain = (
            self.seed.team_id,
            self.seed.team_name,
            self.seed.domain,
        )
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {}
        self.files: dict[str, File] = {}
        self.apps: dict[str, App] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.views: dict[str, View] = {}
        self.ephemerals: dict[tuple[str, str], dict[str, Message]] = {}
        self.scheduled: dict[str, ScheduledMessage] = {}
        self.emoji: dict[str, str] = dict(self.seed.emoji)
        self._names: dict[str, str] = {}
        self._directs: dict[frozenset[str], str] = {}
        self._tokens: dict[str, tuple[App, str]] = {}
        self.seed.plant(self)

    def reset(self) -> None:
        """Back to the seed; installed apps stay installed and keep their tokens."""
        apps = list(self.apps.values())
        self._fill()
        self.journal.clear()
        for app in apps:
            self.adopt(
                replace(
                    app,
                    installed=True,
                    event_url_verified=False,
                    events_disabled=False,
                    scopes=set(app.manifest.bot_scopes),
                    bot_events=set(app.manifest.bot_events),
                )
            )
        self.emit("reset", "workspace_reset")

    # ------------------------------------------------------------------ time and news

    def now(self) -> int:
        """Whole seconds since the epoch."""
        return int(self.clock.now())

    def next_ts(self) -> str:
        """A timestamp no message had before: strictly increasing, whatever the clock does."""
        self._last_micros = max(self._last_micros + 1, int(self.clock.now() * MICROSECONDS))
        return f"{self._last_micros // MICROSECONDS}.{self._last_micros % MICROSECONDS:06d}"

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``listener`` at once with every change to come; the answer ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(
        self, kind: str, name: str, *, channel: str | None = None, user: str | None = None, **data: Any
    ) -> Change:
        """Tell everybody that something changed."""
        self.seq += 1
        change = Change(
            seq=self.seq, kind=kind, name=name, at=self.clock.now(), channel=channel, user=user, data=data
        )
        self.changes.append(change)
        for listener in list(self._listeners):
            listener(change)
        return change

    def _struck(self, fault: Fault) -> None:
        self.emit("fault", "fault_struck", fault=fault)

    # ------------------------------------------------------------------ people, channels, apps

    def add_user(self, user: User) -> User:
        user.team_id = user.team_id or self.team_id
        self.users[user.id] = user
        return user

    def find_user(self, name: str) -> User | None:
        """By id or by name, with or without ``@``."""
        plain = name.lstrip("@")
        return self.users.get(plain) or next(
            (each for each in self.users.values() if each.name == plain), None
        )

    def find_channel(self, name: str) -> Channel | None:
        """By id or by name, with or without ``#``."""
        plain = name.lstrip("#")
        return self.channels.get(plain) or self.channels.get(self._names.get(plain, ""))

    def channel_named(self, name: str) -> Channel | None:
        return self.channels.get(self._names.get(name, ""))

    def add_channel(self, channel: Channel) -> Channel:
        channel.number = len(self.channels)
        self.channels[channel.id] = channel
        for user in channel.members:
            self.users[user].channels[channel.id] = None
        if channel.is_direct:
            self._directs[frozenset(channel.members)] = channel.id
        else:
            self._names[channel.name] = channel.id
        return channel

    def rename_channel(self, channel: Channel, name: str) -> None:
        del self._names[channel.name]
        channel.name = name
        self._names[name] = channel.id

    def remove_channel(self, channel: Channel) -> None:
        """Forget a channel, its name and its memberships."""
        for user in list(channel.members):
            self.drop_member(channel, user)
        del self.channels[channel.id]
        self._names.pop(channel.name, None)

    def rekey_channel(self, channel: Channel, new_id: str) -> None:
        """Keep a channel under another id, in its members' lists and its messages too."""
        members = list(channel.members)
        self.remove_channel(channel)
        channel.id = new_id
        for message in channel.everything.values():
            message.channel = new_id
        channel.members = dict.fromkeys(members)
        self.add_channel(channel)

    def direct_between(self, users: frozenset[str]) -> Channel | None:
        return self.channels.get(self._directs.get(users, ""))

    def add_member(self, channel: Channel, user: str) -> None:
        channel.members[user] = None
        self.users[user].channels[channel.id] = None

    def drop_member(self, channel: Channel, user: str) -> None:
        channel.members.pop(user, None)
        self.users[user].channels.pop(channel.id, None)

    # ------------------------------------------------------------------ apps

    def install_app(self, manifest: Mapping[str, Any], credentials: Mapping[str, str] | None = None) -> App:
        """Install the app that a manifest describes, or bring the installed one of that name up to date.

        ``credentials`` may fix ``bot_token``, ``app_token`` and ``signing_secret``.
        Raises ManifestInvalid.
        """
        parsed = parse_manifest(manifest)
        known = next((app for app in self.apps.values() if app.name == parsed.name), None)
        issued = replace(credentials_of(parsed.name), **(credentials or {}))
        app = self._app(parsed, issued)
        if known is not None and not credentials:
            app = replace(
                app, bot_token=known.bot_token, app_token=known.app_token, signing_secret=known.signing_secret
            )
        self.adopt(app)
        self.emit("app", "app_installed", user=app.installed_by, app=app)
        return app

    def _app(self, manifest: Manifest, issued: Credentials) -> App:
        return App(
            id=issued.app_id,
            name=manifest.name,
            bot_user_id=issued.bot_user_id,
            bot_id=issued.bot_id,
            bot_token=issued.bot_token,
            app_token=issued.app_token,
            signing_secret=issued.signing_secret,
            client_id=issued.client_id,
            client_secret=issued.client_secret,
            verification_token=issued.verification_token,
            manifest=manifest,
            scopes=set(manifest.bot_scopes),
            bot_events=set(manifest.bot_events),
            socket_mode=manifest.socket_mode,
            installed_by=next(iter(self.users), ""),
            installed_at=self.now(),
        )

    def adopt(self, app: App) -> None:
        """Put an app, its tokens and its bot user in place; an earlier record with its id is replaced."""
        self._tokens = {token: held for token, held in self._tokens.items() if held[0].id != app.id}
        self.apps[app.id] = app
        self._tokens[app.bot_token] = (app, "bot")
        self._tokens[app.app_token] = (app, "app")
        if app.bot_user_id not in self.users:
            self.add_user(bot_user(app, self.now()))

    def app_of_token(self, token: str) -> tuple[App, str] | None:
        """The app and the kind of token ("bot" or "app")."""
        return self._tokens.get(token)

    def app_of_bot(self, bot_id: str) -> App | None:
        """By bot id or bot user id."""
        return next((app for app in self.apps.values() if bot_id in (app.bot_id, app.bot_user_id)), None)


WORKSPACE = web.AppKey("workspace", Workspace)
