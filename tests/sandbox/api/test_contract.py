"""Every method answers with what its documentation page shows: every key, the right types, none invented.

The few codes in ``observed`` of documented.yaml are not on the pages but in reports of
what the real thing answers: ``invalid_thread_ts`` (jenkinsci/slack-plugin issue 584),
``msg_blocks_too_long`` beyond chat.postMessage (slackapi/bolt-js issue 2509),
``invalid_cursor`` of reactions.list (slackapi/node-slack-sdk issue 1051),
``no_such_subteam`` (the page of usergroups.users.list, for the same mistake),
``cannot_dm_bot`` and ``user_not_found`` (older editions of the same pages).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.api import METHODS as IMPLEMENTED
from tests.sandbox.api.bench import Bench, upload
from tests.sandbox.api.contract import METHODS, departures

Ask = Callable[[Bench, "Scene"], Awaitable[Any]]
VIEW: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Title"},
    "submit": {"type": "plain_text", "text": "Go"},
    "close": {"type": "plain_text", "text": "No"},
    "blocks": [],
}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
LINK = {"title": "Runbook", "type": "link", "link": "https://example.com/runbook", "emoji": ":book:"}


class Scene:
    """A channel with a message in it, pinned and reacted to, and a thing of every other kind."""

    channel: str
    ts: str
    bookmark: str

    async def set_up(self, bench: Bench) -> None:
        client = bench.client
        self.channel = (await client.conversations_create(name="scene"))["channel"]["id"]
        self.ts = (await client.chat_postMessage(channel=self.channel, text="look"))["ts"]
        await client.pins_add(channel=self.channel, timestamp=self.ts)
        await client.reactions_add(channel=self.channel, timestamp=self.ts, name="eyes")
        self.bookmark = (await client.bookmarks_add(channel_id=self.channel, **LINK))["bookmark"]["id"]

    async def modal(self, bench: Bench) -> str:
        return str((await bench.client.views_open(trigger_id=bench.trigger(), view=VIEW))["view"]["id"])

    async def canvas(self, bench: Bench) -> str:
        content = {"type": "markdown", "markdown": "# Title\n\nText"}
        return str((await bench.client.canvases_create(title="C", document_content=content))["canvas_id"])

    async def scheduled(self, bench: Bench) -> str:
        later = bench.workspace.now() + 600
        made = await bench.client.chat_scheduleMessage(channel=self.channel, post_at=later, text="later")
        return str(made["scheduled_message_id"])


async def _pushed(bench: Bench, scene: Scene) -> Any:
    await scene.modal(bench)
    return await bench.client.views_push(trigger_id=bench.trigger(), view=VIEW)


async def _unarchived(bench: Bench, scene: Scene) -> Any:
    await bench.client.conversations_archive(channel=scene.channel)
    return await bench.client.conversations_unarchive(channel=scene.channel)


async def _kicked(bench: Bench, scene: Scene) -> Any:
    await bench.client.conversations_invite(channel=scene.channel, users="U0BOB")
    return await bench.client.conversations_kick(channel=scene.channel, user="U0BOB")


async def _listed_scheduled(bench: Bench, scene: Scene) -> Any:
    await scene.scheduled(bench)
    return await bench.client.chat_scheduledMessages_list()


async def _unscheduled(bench: Bench, scene: Scene) -> Any:
    made = await scene.scheduled(bench)
    return await bench.client.chat_deleteScheduledMessage(channel=scene.channel, scheduled_message_id=made)


async def _completed(bench: Bench, scene: Scene) -> Any:
    return await upload(bench, "note.txt", b"words", channel_id=scene.channel, initial_comment="here")


async def _file_info(bench: Bench, scene: Scene) -> Any:
    done = await _completed(bench, scene)
    return await bench.client.files_info(file=done["files"][0]["id"])


async def _file_deleted(bench: Bench, scene: Scene) -> Any:
    done = await _completed(bench, scene)
    return await bench.client.files_delete(file=done["files"][0]["id"])


async def _canvas_edited(bench: Bench, scene: Scene) -> Any:
    change = {"operation": "insert_at_end", "document_content": {"type": "markdown", "markdown": "more"}}
    return await bench.client.canvases_edit(canvas_id=await scene.canvas(bench), changes=[change])


async def _canvas_sections(bench: Bench, scene: Scene) -> Any:
    canvas, criteria = await scene.canvas(bench), {"section_types": ["any_header"]}
    return await bench.client.canvases_sections_lookup(canvas_id=canvas, criteria=criteria)


async def _direct(bench: Bench, _scene: Scene) -> Any:
    return await bench.client.conversations_open(users="U0ADA", return_im=True)


async def _closed(bench: Bench, scene: Scene) -> Any:
    opened = await _direct(bench, scene)
    return await bench.client.conversations_close(channel=opened["channel"]["id"])


async def _pinned_again(bench: Bench, scene: Scene) -> Any:
    await bench.client.pins_remove(channel=scene.channel, timestamp=scene.ts)
    return await bench.client.pins_add(channel=scene.channel, timestamp=scene.ts)


async def _updated(bench: Bench, scene: Scene) -> Any:
    return await bench.client.views_update(view_id=await scene.modal(bench), view=VIEW)


async def _canvas_deleted(bench: Bench, scene: Scene) -> Any:
    return await bench.client.canvases_delete(canvas_id=await scene.canvas(bench))


CALLS: dict[str, Ask] = {
    "auth.test": lambda b, _: b.client.auth_test(),
    "auth.revoke": lambda b, _: b.client.auth_revoke(test=True),
    "team.info": lambda b, _: b.client.team_info(),
    "bots.info": lambda b, _: b.client.bots_info(bot=b.app.bot_id),
    "users.info": lambda b, _: b.client.users_info(user="U0ADA"),
    "users.lookupByEmail": lambda b, _: b.client.users_lookupByEmail(email="ada@example.com"),
    "users.conversations": lambda b, _: b.client.users_conversations(),
    "users.profile.get": lambda b, _: b.client.users_profile_get(user="U0ADA"),
    "users.getPresence": lambda b, _: b.client.users_getPresence(user="U0ADA"),
    "usergroups.list": lambda b, _: b.client.usergroups_list(include_count=True),
    "usergroups.users.list": lambda b, _: b.client.usergroups_users_list(usergroup="S0CMD"),
    "usergroups.users.update": lambda b, _: b.client.usergroups_users_update(
        usergroup="S0CMD", users="U0BOB"
    ),
    "conversations.create": lambda b, _: b.client.conversations_create(name="other"),
    "conversations.info": lambda b, s: b.client.conversations_info(channel=s.channel),
    "conversations.list": lambda b, _: b.client.conversations_list(),
    "conversations.members": lambda b, s: b.client.conversations_members(channel=s.channel),
    "conversations.history": lambda b, s: b.client.conversations_history(channel=s.channel),
    "conversations.replies": lambda b, s: b.client.conversations_replies(channel=s.channel, ts=s.ts),
    "conversations.invite": lambda b, s: b.client.conversations_invite(channel=s.channel, users="U0ADA"),
    "conversations.kick": _kicked,
    "conversations.join": lambda b, _: b.client.conversations_join(channel="C0GENERAL"),
    "conversations.leave": lambda b, s: b.client.conversations_leave(channel=s.channel),
    "conversations.open": _direct,
    "conversations.close": _closed,
    "conversations.rename": lambda b, s: b.client.conversations_rename(channel=s.channel, name="renamed"),
    "conversations.setTopic": lambda b, s: b.client.conversations_setTopic(channel=s.channel, topic="t"),
    "conversations.setPurpose": lambda b, s: b.client.conversations_setPurpose(
        channel=s.channel, purpose="p"
    ),
    "conversations.archive": lambda b, s: b.client.conversations_archive(channel=s.channel),
    "conversations.unarchive": _unarchived,
    "conversations.mark": lambda b, s: b.client.conversations_mark(channel=s.channel, ts=s.ts),
    "chat.postMessage": lambda b, s: b.client.chat_postMessage(channel=s.channel, text="hi"),
    "chat.postEphemeral": lambda b, s: b.client.chat_postEphemeral(
        channel=s.channel, user=b.app.bot_user_id, text="psst"
    ),
    "chat.meMessage": lambda b, s: b.client.chat_meMessage(channel=s.channel, text="waves"),
    "chat.update": lambda b, s: b.client.chat_update(channel=s.channel, ts=s.ts, text="new"),
    "chat.delete": lambda b, s: b.client.chat_delete(channel=s.channel, ts=s.ts),
    "chat.getPermalink": lambda b, s: b.client.chat_getPermalink(channel=s.channel, message_ts=s.ts),
    "chat.scheduleMessage": lambda b, s: b.client.chat_scheduleMessage(
        channel=s.channel, post_at=b.workspace.now() + 60, text="later"
    ),
    "chat.scheduledMessages.list": _listed_scheduled,
    "chat.deleteScheduledMessage": _unscheduled,
    "pins.add": _pinned_again,
    "pins.remove": lambda b, s: b.client.pins_remove(channel=s.channel, timestamp=s.ts),
    "pins.list": lambda b, s: b.client.pins_list(channel=s.channel),
    "bookmarks.add": lambda b, s: b.client.bookmarks_add(channel_id=s.channel, **LINK),
    "bookmarks.edit": lambda b, s: b.client.bookmarks_edit(
        channel_id=s.channel, bookmark_id=s.bookmark, title="New"
    ),
    "bookmarks.list": lambda b, s: b.client.bookmarks_list(channel_id=s.channel),
    "bookmarks.remove": lambda b, s: b.client.bookmarks_remove(channel_id=s.channel, bookmark_id=s.bookmark),
    "reactions.add": lambda b, s: b.client.reactions_add(channel=s.channel, timestamp=s.ts, name="ok"),
    "reactions.remove": lambda b, s: b.client.reactions_remove(
        channel=s.channel, timestamp=s.ts, name="eyes"
    ),
    "reactions.get": lambda b, s: b.client.reactions_get(channel=s.channel, timestamp=s.ts),
    "reactions.list": lambda b, _: b.client.reactions_list(),
    "views.open": lambda b, _: b.client.views_open(trigger_id=b.trigger(), view=VIEW),
    "views.push": _pushed,
    "views.update": _updated,
    "views.publish": lambda b, _: b.client.views_publish(user_id="U0ADA", view=HOME),
    "files.getUploadURLExternal": lambda b, _: b.client.files_getUploadURLExternal(
        filename="a.txt", length=3
    ),
    "files.completeUploadExternal": _completed,
    "files.info": _file_info,
    "files.delete": _file_deleted,
    "canvases.create": lambda b, _: b.client.canvases_create(title="C"),
    "canvases.edit": _canvas_edited,
    "canvases.delete": _canvas_deleted,
    "canvases.sections.lookup": _canvas_sections,
    "conversations.canvases.create": lambda b, s: b.client.conversations_canvases_create(
        channel_id=s.channel, document_content={"type": "markdown", "markdown": "# Plan"}
    ),
    "emoji.list": lambda b, _: b.client.emoji_list(),
    "dnd.info": lambda b, _: b.client.dnd_info(user="U0ADA"),
    "apps.connections.open": lambda b, _: b.client.apps_connections_open(app_token=b.app.app_token),
}


@pytest.mark.parametrize("method", CALLS)
async def test_the_answer_is_the_one_of_the_documentation_page(bench: Bench, method: str) -> None:
    scene = Scene()
    await scene.set_up(bench)
    answer = await CALLS[method](bench, scene)
    assert departures(method, answer.data) == []


async def test_people_without_flaws_are_listed_with_every_documented_key(bench: Bench) -> None:
    bench.workspace.users.pop("U0LEO")
    bench.workspace.users.pop(bench.app.bot_user_id)
    bench.workspace.add_user(bench.workspace.users["U0BOB"])
    answer = await bench.client_of(bench.app.bot_token).users_list(limit=5)
    assert departures("users.list", answer.data) == []


def test_every_method_has_its_page_and_is_called_here() -> None:
    assert {*IMPLEMENTED, "api.test"} == set(METHODS)
    assert set(IMPLEMENTED) - set(CALLS) == {"users.list"}
