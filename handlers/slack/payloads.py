"""What we read of Slack's payloads, and nothing more: unknown keys are Slack's business.

Shapes: Slack docs, interactivity payloads, slash commands, Events API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from handlers.names import Ref, decode

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Without what a database cannot hold as text: NUL, and halves of characters."""
    return _UNSTORABLE.sub("", text)


def described(error: Exception) -> str:
    """What was wrong with a payload, without the words in it: those are people's."""
    if not isinstance(error, ValidationError):
        return type(error).__name__
    return "; ".join(
        f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False)
    )


def plain_reaction(name: str) -> str:
    """The name of an emoji without the tone of skin (``+1::skin-tone-2``)."""
    return name.partition("::")[0]


RENAMED = ("channel_rename", "group_rename")
"""Events that describe the channel instead of naming it."""


class Part(BaseModel):
    """A tolerant piece of a payload. Slack sends null where something is absent.

    Half a character in somebody's words costs that half, not the message.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _words_that_can_be_stored(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: storable(value) if isinstance(value, str) else value for key, value in given.items()}


class Someone(Part):
    """Who pressed or submitted; ``team_id`` is the workspace they belong to."""

    id: str
    team_id: str = ""


class Place(Part):
    """A conversation."""

    id: str


class Typed(Part):
    """A slash command."""

    command: str
    text: str = ""
    user_id: str
    team_id: str = ""
    channel_id: str
    trigger_id: str


class Pressed(Part):
    """One element of a click."""

    action_id: str
    value: str | None = None

    @property
    def ref(self) -> Ref:
        """What the button is about. Raises BadRef."""
        return decode(self.value or "")


class Chosen(Part):
    """An option of a menu."""

    value: str


class Entered(Part):
    """The state of one input; which of these is set depends on its kind."""

    value: str | None = None
    selected_option: Chosen | None = None
    selected_options: tuple[Chosen, ...] | None = None
    selected_user: str | None = None
    selected_users: tuple[str, ...] | None = None
    selected_date_time: int | None = None
    """Seconds since 1970."""

    @property
    def words(self) -> str:
        """What was written, chosen or picked; empty if nothing was."""
        chosen = self.selected_option.value if self.selected_option else ""
        at = "" if self.selected_date_time is None else str(self.selected_date_time)
        return storable(self.value or self.selected_user or chosen or at).strip()


class State(Part):
    """Block id → action id → input."""

    values: dict[str, dict[str, Entered]] = Field(default_factory=dict)


class Window(Part):
    """A modal as it was submitted."""

    id: str
    callback_id: str
    private_metadata: str = ""
    hash: str = ""
    """Changes whenever the view does."""
    state: State = Field(default_factory=State)

    @property
    def ref(self) -> Ref:
        """What the modal is about. Raises BadRef."""
        return decode(self.private_metadata)

    def words(self, field: str) -> str:
        """What an input holds; empty if it is absent or was left empty."""
        return self._input(field).words

    def chosen(self, field: str) -> tuple[str, ...]:
        """What is ticked in an input that takes several."""
        return tuple(option.value for option in self._input(field).selected_options or ())

    def has(self, field: str) -> bool:
        """Whether it has such an input, filled in or not."""
        return field in self.state.values

    def people(self, field: str) -> tuple[str, ...]:
        """The ids of the people who are picked in an input that takes several."""
        return self._input(field).selected_users or ()

    def _input(self, field: str) -> Entered:
        return self.state.values.get(field, {}).get(field, Entered())


class Submission(Part):
    """A submitted modal."""

    user: Someone
    trigger_id: str = ""
    view: Window

    @property
    def ref(self) -> Ref:
        """What the modal was about. Raises BadRef."""
        return self.view.ref

    @property
    def key(self) -> str:
        """The same when somebody submits again because Slack said that it had failed."""
        return f"{self.view.id}:{self.view.hash}" if self.view.hash else self.trigger_id

    @property
    def fields(self) -> tuple[str, ...]:
        """The block ids of its inputs, in order."""
        return tuple(self.view.state.values)

    def words(self, field: str) -> str:
        """What an input holds; empty if it is absent or was left empty."""
        return self.view.words(field)

    def chosen(self, field: str) -> tuple[str, ...]:
        """What is ticked in an input that takes several."""
        return self.view.chosen(field)


class Surface(Window):
    """The modal or Home tab in which a button is, with what is filled in so far."""

    type: str
    callback_id: str = ""


class Click(Part):
    """A pressed button, in a message, an ephemeral message, a modal or the Home tab."""

    user: Someone
    trigger_id: str
    channel: Place | None = None
    """Where the message is; None in a modal and on the Home tab."""
    view: Surface | None = None
    actions: tuple[Pressed, ...] = Field(min_length=1)

    @property
    def modal(self) -> str:
        """The id of the modal it was pressed in; empty elsewhere."""
        return self.view.id if self.view and self.view.type == "modal" else ""

    @property
    def place(self) -> str:
        """The id of the conversation it was pressed in; empty if in none."""
        return self.channel.id if self.channel else ""


class Reworded(Part):
    """Who edited a message last, and when."""

    user: str = ""
    ts: str


class Shared(Part):
    """A file, which we name and never fetch."""

    id: str = ""
    name: str | None = None

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.id or "a file"


def names_of(files: tuple[Shared, ...] | None) -> tuple[str, ...]:
    """Shared files, by name."""
    return tuple(file.label for file in files or ())


class Said(Part):
    """A message, as events and the message shortcut carry it."""

    ts: str
    text: str = ""
    user: str | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    files: tuple[Shared, ...] | None = None
    edited: Reworded | None = None

    @property
    def author(self) -> str:
        """The person, or the app's bot id; empty if Slack does not say."""
        return self.user or self.bot_id or ""


class Reacted(Part):
    """One reaction of a message. ``users`` may be shortened by Slack, but not to nobody."""

    name: str
    users: tuple[str, ...] = ()

    @property
    def plain_name(self) -> str:
        """Without the tone of skin."""
        return plain_reaction(self.name)


class Kept(Said):
    """A message in the history of a conversation."""

    reactions: tuple[Reacted, ...] = ()
    reply_count: int = 0
    latest_reply: str | None = None


class Shortcut(Part):
    """A shortcut, global or on a message."""

    user: Someone
    trigger_id: str
    callback_id: str
    channel: Place | None = None
    message: Said | None = None


class Happened(Part):
    """One event. Which of these is set depends on ``type`` and ``subtype``."""

    type: str
    subtype: str | None = None
    channel: str | None = None
    user: str | None = None
    bot_id: str | None = None
    text: str = ""
    ts: str | None = None
    event_ts: str | None = None
    thread_ts: str | None = None
    deleted_ts: str | None = None
    files: tuple[Shared, ...] | None = None
    message: Said | None = None
    previous_message: Said | None = None
    reaction: str = ""
    item: dict[str, Any] | None = None
    item_user: str | None = None
    tab: str = ""
    name: str = ""
    """What a channel is called now."""
    actor_id: str | None = None
    channel_type: str = ""
    """``G`` where the channel is private, if the event says so."""
    inviter: str | None = None
    connected_team_id: str = ""
    old_channel_id: str = ""
    new_channel_id: str = ""
    me: str = ""
    """Our own bot user, as the envelope names it."""
    profile: dict[str, Any] | None = None
    """The person of a ``user_change``, whose key is ``user`` like a mere id elsewhere."""


def read_event(body: Mapping[str, Any]) -> Happened | None:
    """The event in an envelope; None for types that use these keys in another way."""
    event = body.get("event")
    if isinstance(event, Mapping) and event.get("type") in RENAMED:
        about = event.get("channel")
        channel = about if isinstance(about, Mapping) else {}
        event = {**event, "channel": channel.get("id"), "name": channel.get("name") or ""}
    if not isinstance(event, Mapping) or not isinstance(event.get("channel", ""), str | None):
        return None
    if isinstance(event.get("user"), Mapping):
        event = {**event, "user": None, "profile": event["user"]}
    return Happened.model_validate({**event, "me": _me(body.get("authorizations"))})


def _me(authorizations: object) -> str:
    """Our own bot user, as an envelope names it; empty if it does not."""
    named = authorizations if isinstance(authorizations, list) else []
    ours = (each.get("user_id") for each in named if isinstance(each, Mapping) and each.get("is_bot"))
    return str(next(ours, None) or "")
