"""The one place that calls Slack: a typed method for each call, and each failure judged once.

Every method returns what we keep of the answer, or raises Later, Never or Ambiguous. What
was already done counts as done, so that each call may be repeated.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from http import HTTPStatus
from time import perf_counter
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.metrics import Metrics
from bot.slack.outcomes import ALREADY_DONE, CALL_FAILURES, Ambiguous, DeliveryError, Later, Never, judge
from bot.slack.throttle import Throttle
from handlers.slack.acquaintance import member_of
from playbooks.domain.ids import ChannelId, GroupId, Ts, UserId
from playbooks.domain.person import Member

EVENT_TYPE: Final = "tocsin_delivery"
"""The type of the metadata by which we recognise our own messages."""
ALSO: Final = "also"
"""Where our metadata name the other deliveries of a message that carries several."""
MAX_INVITED: Final = 100
"""People in one call (Slack docs, conversations.invite, argument ``users``)."""
PAGE: Final = 200
_SOON: Final = timedelta(seconds=2)
UNKNOWN_PEOPLE: Final = frozenset({"user_not_found", "user_not_visible"})

Call = Callable[..., Awaitable[Any]]
Blocks = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are in this workspace."""

    team: str
    team_url: str
    user: UserId
    bot: str
    scopes: frozenset[str]
    """What the token may do; empty if Slack did not say."""
    at: datetime | None
    """What time it was at Slack's, to the second; None if it did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A conversation as Slack named it. ``created`` is in seconds of Slack's clock."""

    id: ChannelId
    name: str
    creator: UserId
    created: int
    is_member: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a message is."""

    channel: ChannelId
    ts: Ts
    is_shared: bool = False
    """Whether it carries several deliveries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture to be shared; ``described`` says the same for those who cannot see it."""

    name: str
    title: str
    content: bytes
    described: str
    words: str
    """What is said with it, as mrkdwn."""


class Gateway:
    """Slack, one method per call."""

    def __init__(self, web: AsyncWebClient, throttle: Throttle, metrics: Metrics) -> None:
        self._web = web
        self._throttle = throttle
        self._metrics = metrics

    async def whoami(self) -> Identity:
        response = await self._once("auth.test", self._web.auth_test)
        answer = _mapping(response)
        granted = str(response.headers.get("x-oauth-scopes", ""))
        return Identity(
            team=answer["team_id"],
            team_url=answer["url"],
            user=UserId(answer["user_id"]),
            bot=answer.get("bot_id", ""),
            scopes=frozenset(scope.strip() for scope in granted.split(",") if scope.strip()),
            at=_date(str(response.headers.get("date", ""))),
        )

    async def open_socket(self, app_token: str) -> None:
        """Ask for a connection of Socket Mode, and leave it unused: whether we would get one."""
        await self._call("apps.connections.open", self._web.apps_connections_open, app_token=app_token)

    # ------------------------------------------------------------ messages
    async def post(
        self,
        channel: str,
        *,
        text: str,
        blocks: Blocks | None,
        delivery: str,
        also: Sequence[str] = (),
        thread: Ts | None = None,
    ) -> Posted:
        """Post a message that carries its delivery id; ``channel`` may be a person.

        ``also`` are other deliveries that the same message carries.
        """
        carried = {"delivery_id": delivery, **({ALSO: list(also)} if also else {})}
        answer = await self._call(
            "chat.postMessage",
            self._web.chat_postMessage,
            channel=channel,
            text=text,
            blocks=blocks,
            thread_ts=thread,
            metadata={"event_type": EVENT_TYPE, "event_payload": carried},
            unfurl_links=False,
            unfurl_media=False,
        )
        return Posted(channel=ChannelId(answer["channel"]), ts=Ts(answer["ts"]), is_shared=bool(also))

    async def update(self, at: Posted, *, text: str, blocks: Blocks | None) -> None:
        """Replace a message: an update without blocks would remove the ones it had."""
        await self._call(
            "chat.update", self._web.chat_update, channel=at.channel, ts=at.ts, text=text, blocks=blocks or []
        )

    async def delete(self, at: Posted) -> None:
        await self._call("chat.delete", self._web.chat_delete, channel=at.channel, ts=at.ts)

    async def history(
        self,
        channel: ChannelId,
        *,
        oldest: float,
        thread: Ts | None = None,
        before_page: Callable[[str], Awaitable[None]] | None = None,
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Messages since ``oldest`` (seconds of Slack's clock) with their metadata, newest first.

        ``before_page`` is waited for with the method's name, by readers who are in no hurry.
        """
        method = "conversations.replies" if thread else "conversations.history"
        call = self._web.conversations_replies if thread else self._web.conversations_history
        more = {"ts": thread} if thread else {}
        async for page in self._pages(
            method,
            call,
            before_page=before_page,
            channel=channel,
            oldest=f"{oldest:.6f}",
            inclusive=True,
            include_all_metadata=True,
            **more,
        ):
            for message in page["messages"]:
                yield message

    # ------------------------------------------------------------ conversations
    async def create_room(self, name: str, *, private: bool = False) -> Room:
        answer = await self._call(
            "conversations.create", self._web.conversations_create, name=name, is_private=private
        )
        return _room(answer["channel"])

    async def invite(self, room: ChannelId, users: Sequence[UserId]) -> dict[UserId, str]:
        """Bring people in; those who could not be brought in, each with Slack's code.

        Slack is asked to take whom it can, and still answers an error if one is refused.
        """
        refused: dict[UserId, str] = {}
        for start in range(0, len(users), MAX_INVITED):
            some = users[start : start + MAX_INVITED]
            try:
                answer = await self._call(
                    "conversations.invite",
                    self._web.conversations_invite,
                    channel=room,
                    users=list(some),
                    force=True,
                )
            except Never as refusal:
                answer = _per_person(refusal, some)
            refused |= {
                UserId(line["user"]): line["error"]
                for line in answer.get("errors") or ()
                if line.get("error") not in ALREADY_DONE and "user" in line
            }
        return refused

    async def join(self, channel: ChannelId) -> None:
        await self._call("conversations.join", self._web.conversations_join, channel=channel)

    async def rename(self, room: ChannelId, name: str) -> Room:
        answer = await self._call(
            "conversations.rename", self._web.conversations_rename, channel=room, name=name
        )
        return _room(answer["channel"])

    async def set_topic(self, room: ChannelId, topic: str) -> None:
        await self._call(
            "conversations.setTopic", self._web.conversations_setTopic, channel=room, topic=topic
        )

    async def enter(self, room: ChannelId) -> None:
        """Be in a conversation. Raises Never if it is gone, or private and we are not in it."""
        answer = await self._once("conversations.info", self._web.conversations_info, channel=room)
        if not _mapping(answer)["channel"].get("is_member"):
            await self.join(room)

    async def topic(self, room: ChannelId) -> str:
        """What stands above the room, with characters instead of entities."""
        answer = await self._call("conversations.info", self._web.conversations_info, channel=room)
        return unescape(str(answer["channel"].get("topic", {}).get("value", "")))

    async def open_direct(self, user: UserId) -> ChannelId:
        """The conversation with one person; opening it again finds the same one."""
        answer = await self._call("conversations.open", self._web.conversations_open, users=[user])
        return ChannelId(answer["channel"]["id"])

    async def own_rooms(self) -> AsyncIterator[Room]:
        """Conversations in which we are: the rooms we made are among them."""
        async for page in self._pages(
            "users.conversations",
            self._web.users_conversations,
            types="public_channel,private_channel",
            exclude_archived=True,
        ):
            for channel in page["channels"]:
                yield _room(channel)

    async def members(self, room: ChannelId) -> frozenset[UserId]:
        """Everybody who is in a conversation, ourselves included."""
        pages = self._pages("conversations.members", self._web.conversations_members, channel=room)
        return frozenset([UserId(user) async for page in pages for user in page["members"]])

    async def public_rooms(self) -> AsyncIterator[Room]:
        """All public channels of the workspace. Slow in large ones: never on a hot path."""
        async for page in self._pages(
            "conversations.list",
            self._web.conversations_list,
            types="public_channel",
            exclude_archived=True,
        ):
            for channel in page["channels"]:
                yield _room(channel)

    # ------------------------------------------------------------ people
    async def member(self, user: UserId, *, team: str, at: datetime) -> Member:
        """What Slack says about somebody at ``at``; ``team`` is our workspace."""
        try:
            answer = await self._call("users.info", self._web.users_info, user=user)
        except Never as refusal:
            if refusal.code not in UNKNOWN_PEOPLE:
                raise
            return Member(
                id=user, is_active=False, is_bot=False, is_guest=False, is_stranger=False, seen_at=at
            )
        return member_of(answer["user"], team=team, at=at)

    async def group_members(self, group: GroupId) -> Sequence[UserId]:
        """Who is in a user group, in no order."""
        answer = await self._call("usergroups.users.list", self._web.usergroups_users_list, usergroup=group)
        return [UserId(user) for user in answer["users"]]

    # ------------------------------------------------------------ decoration
    async def pin(self, at: Posted) -> None:
        await self._call("pins.add", self._web.pins_add, channel=at.channel, timestamp=at.ts)

    async def bookmarks(self, room: ChannelId) -> Mapping[str, Sequence[str]]:
        """Addresses of the bookmarks that are there, each with the ids of its bookmarks, oldest first.

        Slack adds the same address twice if it is told twice.
        """
        answer = await self._call("bookmarks.list", self._web.bookmarks_list, channel_id=room)
        there: dict[str, list[str]] = {}
        for bookmark in sorted(answer.get("bookmarks") or (), key=lambda one: one.get("date_created", 0)):
            there.setdefault(str(bookmark.get("link", "")), []).append(str(bookmark["id"]))
        return there

    async def remove_bookmark(self, room: ChannelId, bookmark: str) -> None:
        """One that somebody removed meanwhile is removed."""
        try:
            await self._call(
                "bookmarks.remove", self._web.bookmarks_remove, channel_id=room, bookmark_id=bookmark
            )
        except Never as refusal:
            if refusal.code != "not_found":
                raise

    async def add_bookmark(self, room: ChannelId, *, title: str, link: str, emoji: str) -> None:
        await self._call(
            "bookmarks.add",
            self._web.bookmarks_add,
            channel_id=room,
            title=title,
            type="link",
            link=link,
            emoji=emoji,
        )

    async def publish_home(self, user: UserId, view: Mapping[str, object]) -> None:
        await self._call("views.publish", self._web.views_publish, user_id=user, view=view)

    # ------------------------------------------------------------ files
    async def share_picture(self, place: Posted, picture: Picture) -> None:
        """Share a picture in the thread of a message, with the words that belong to it.

        Slack takes files in three steps: a place is asked for, the bytes are sent there, and
        then they are shown (Slack docs, "Working with files"). Raises like every call.
        """
        asked = await self._call(
            "files.getUploadURLExternal",
            self._web.files_getUploadURLExternal,
            filename=picture.name,
            length=len(picture.content),
            alt_txt=picture.described,
        )
        await self._send(str(asked["upload_url"]), picture.content)
        await self._call(
            "files.completeUploadExternal",
            self._web.files_completeUploadExternal,
            files=[{"id": asked["file_id"], "title": picture.title}],
            channel_id=place.channel,
            thread_ts=place.ts,
            initial_comment=picture.words,
        )

    async def _send(self, address: str, content: bytes) -> None:
        """Send a file's bytes to the place that Slack gave. Raises Later, Never."""
        session = self._web.session
        if session is None:
            raise Never("no_session")
        try:
            async with session.post(address, data=content) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as broken:
            raise Later(_SOON, "the picture did not get through") from broken
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Later(_SOON, f"the picture was answered {status}")
        if status != HTTPStatus.OK:
            raise Never(f"upload_answered_{status}")

    # ------------------------------------------------------------ one call
    async def _call(self, method: str, call: Call, **arguments: Any) -> Mapping[str, Any]:
        """Call, and call again as a member where only members may: somebody may have removed us."""
        channel = arguments.get("channel") or arguments.get("channel_id")
        try:
            return _mapping(await self._once(method, call, **arguments))
        except Never as refusal:
            if refusal.code in ALREADY_DONE and "errors" not in refusal.data:
                return refusal.data
            if refusal.code != "not_in_channel" or not await self._entered(channel):
                raise
        return _mapping(await self._once(method, call, **arguments))

    async def _entered(self, channel: str | None) -> bool:
        """Whether we may join the channel; private ones we may not."""
        if channel is None:
            return False
        try:
            await self._once("conversations.join", self._web.conversations_join, channel=channel)
        except Never:
            return False
        return True

    async def _once(self, method: str, call: Call, **arguments: Any) -> AsyncSlackResponse:
        """Take a turn, call, and judge. Raises Later, Never, Ambiguous."""
        given = {name: value for name, value in arguments.items() if value is not None}
        await self._throttle.turn(method, channel=arguments.get("channel"))
        started, outcome = perf_counter(), "done"
        try:
            answer: AsyncSlackResponse = await call(**given)
        except CALL_FAILURES as error:
            judged = judge(error)
            outcome = _outcome(judged)
            if isinstance(judged, Later):
                self._throttle.pause(method, judged.after)
            raise judged from error
        finally:
            self._metrics.calls.labels(method, outcome).observe(perf_counter() - started)
        return answer

    async def _pages(
        self,
        method: str,
        call: Call,
        *,
        before_page: Callable[[str], Awaitable[None]] | None = None,
        **arguments: Any,
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Every page of a list; a short or empty page is not the last one while a cursor follows."""
        cursor: str | None = None
        while True:
            if before_page is not None:
                await before_page(method)
            page = await self._call(method, call, limit=PAGE, cursor=cursor, **arguments)
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return


def _date(written: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7)."""
    try:
        return parsedate_to_datetime(written)
    except ValueError:
        return None


def _mapping(answer: AsyncSlackResponse) -> Mapping[str, Any]:
    if not isinstance(answer.data, dict):
        raise Ambiguous("Slack's answer could not be read")
    return answer.data


def _outcome(error: DeliveryError) -> str:
    match error:
        case Later():
            return "later"
        case Never(code=code):
            return code
        case _:
            return "ambiguous"


def _per_person(refusal: Never, users: Sequence[UserId]) -> Mapping[str, Any]:
    """A refused invitation, person by person. Raises the refusal if it is about the room."""
    if refusal.data.get("errors"):
        return refusal.data
    if len(users) == 1:
        return {"errors": [{"user": users[0], "error": refusal.code}]}
    raise refusal


def _room(channel: Mapping[str, Any]) -> Room:
    return Room(
        id=ChannelId(channel["id"]),
        name=str(channel.get("name", "")),
        creator=UserId(str(channel.get("creator", ""))),
        created=int(channel.get("created", 0)),
        is_member=bool(channel.get("is_member", True)),
    )
