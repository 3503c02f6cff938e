"""Every documented event is produced; the fixture compares each with its page as it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox import administration, channels, marks, messages
from sandbox.model import App, Channel, Draft, Message
from sandbox.state import Workspace
from tests.sandbox.api.bench import Bench, upload
from tests.sandbox.api.contract import EVENTS

NAMES = [each for each in EVENTS["events"] if not each.startswith("message")]
SUBSCRIPTIONS = [*NAMES, "message.channels", "message.groups", "message.im", "message.mpim"]


class Scene:
    """An app that hears everything, in a public and a private channel, with a message of Ada's in each."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.workspace = bench, bench.workspace
        self.app, self.client = bench.install(name="Listener", events=SUBSCRIPTIONS)
        self.open, self.shut = self._room("open", private=False), self._room("shut", private=True)
        self.said = self._say(self.open)
        bench.envelopes.clear()

    def _room(self, name: str, *, private: bool) -> Channel:
        made = channels.create(self.workspace, name, "U0ADA", private=private)
        channels.invite(self.workspace, made, [self.app.bot_user_id], "U0ADA", force=False)
        return made

    def _say(self, channel: Channel, text: str = "hello", **rest: Any) -> Message:
        return messages.post(self.workspace, Draft(channel=channel, user="U0ADA", text=text, **rest))


Cause = Callable[[Scene], Awaitable[Any] | Any]


def reply_to(scene: Scene) -> None:
    scene.workspace.knobs.message_replied = True
    scene._say(scene.open, thread_ts=scene.said.ts)


def pinned(scene: Scene) -> None:
    marks.add_pin(scene.workspace, scene.open, scene.said.ts, "U0ADA")


def unpinned(scene: Scene) -> None:
    pinned(scene)
    marks.remove_pin(scene.workspace, scene.open, scene.said.ts, "U0ADA")


def reacted(scene: Scene) -> None:
    marks.react(scene.workspace, scene.open, scene.said.ts, "eyes", "U0ADA")


def unreacted(scene: Scene) -> None:
    reacted(scene)
    marks.unreact(scene.workspace, scene.open, scene.said.ts, "eyes", "U0ADA")


def home_opened(scene: Scene) -> None:
    direct, _ = channels.open_direct(scene.workspace, ["U0ADA", scene.app.bot_user_id])
    scene.workspace.emit("home", "home_opened", channel=direct.id, user="U0ADA", app=scene.app)


def unarchived(workspace: Workspace, channel: Channel) -> None:
    channels.archive(workspace, channel, "U0ADA")
    channels.unarchive(workspace, channel, "U0ADA")


def kicked(workspace: Workspace, channel: Channel, app: App) -> None:
    channels.kick(workspace, channel, app.bot_user_id, "U0ADA")


def shared(scene: Scene) -> None:
    administration.share_channel(scene.workspace, scene.open, "T0PARTNER", "U0ADA")


def unshared(scene: Scene) -> None:
    shared(scene)
    administration.unshare_channel(scene.workspace, scene.open, "T0PARTNER", "U0ADA")


async def filed(scene: Scene) -> None:
    channels.invite(scene.workspace, scene.open, [scene.bench.app.bot_user_id], "U0ADA", force=False)
    await upload(scene.bench, "a.txt", b"abc", channel_id=scene.open.id)


def grouped(scene: Scene) -> None:
    group = scene.workspace.groups["S0SHOP"]
    administration.set_group_users(scene.workspace, group, ["U0EVE"], "U0ADA")


CAUSES: dict[str, Cause] = {
    "message": lambda s: s._say(s.open),
    "message_changed": lambda s: messages.update(s.workspace, s.said, "U0ADA", text="other"),
    "message_deleted": lambda s: messages.delete(s.workspace, s.said, "U0ADA"),
    "message_replied": reply_to,
    "app_mention": lambda s: s._say(s.open, f"<@{s.app.bot_user_id}> hello"),
    "app_home_opened": home_opened,
    "channel_created": lambda s: channels.create(s.workspace, "other", "U0ADA", private=False),
    "channel_rename": lambda s: channels.rename(s.workspace, s.open, "renamed", "U0ADA"),
    "group_rename": lambda s: channels.rename(s.workspace, s.shut, "renamed", "U0ADA"),
    "channel_archive": lambda s: channels.archive(s.workspace, s.open, "U0ADA"),
    "channel_unarchive": lambda s: unarchived(s.workspace, s.open),
    "group_archive": lambda s: channels.archive(s.workspace, s.shut, "U0ADA"),
    "group_unarchive": lambda s: unarchived(s.workspace, s.shut),
    "channel_deleted": lambda s: administration.delete_channel(s.workspace, s.open, "U0ADA"),
    "channel_shared": shared,
    "channel_unshared": unshared,
    "channel_id_changed": lambda s: administration.change_channel_id(s.workspace, s.open),
    "channel_left": lambda s: kicked(s.workspace, s.open, s.app),
    "group_left": lambda s: kicked(s.workspace, s.shut, s.app),
    "member_joined_channel": lambda s: channels.join(s.workspace, s.open, "U0BOB"),
    "member_left_channel": lambda s: channels.leave(s.workspace, s.open, "U0ADA"),
    "reaction_added": reacted,
    "reaction_removed": unreacted,
    "pin_added": pinned,
    "pin_removed": unpinned,
    "subteam_members_changed": grouped,
    "subteam_updated": grouped,
    "user_change": lambda s: administration.make_guest(s.workspace, s.workspace.users["U0BOB"]),
    "team_join": lambda s: administration.add_user(s.workspace, "zoe"),
    "file_shared": filed,
    "tokens_revoked": lambda s: administration.uninstall_app(s.workspace, s.app),
    "app_uninstalled": lambda s: administration.uninstall_app(s.workspace, s.app),
}


@pytest.mark.parametrize("name", CAUSES)
async def test_it_is_told_and_looks_like_its_page(bench: Bench, name: str) -> None:
    scene = Scene(bench)

    outcome = CAUSES[name](scene)
    if isinstance(outcome, Awaitable):
        await outcome

    heard = [envelope["event"] for to, envelope in bench.envelopes if to == scene.app.id]
    assert name in {str(each.get("subtype") or each["type"]) for each in heard}


def test_every_documented_event_has_a_cause() -> None:
    assert set(CAUSES) == set(EVENTS["events"])
