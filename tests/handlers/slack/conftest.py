"""People who type, press and submit: real payloads through Bolt, over a real database.

Slack itself is a small server that takes every call and remembers it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.records import became_of
from handlers.deps import Answer, Desk, Headers, Health, Trouble, Undelivered
from handlers.names import COMMAND, SERVICE_COMMAND
from handlers.rendering import write_review
from handlers.slack.edge import dispatcher
from handlers.slack.listeners import register
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import Kind, Member, kind_of
from playbooks.ports import Ports
from playbooks.protocol import declare, find, people, room
from playbooks.protocol.picture import Picture
from sandbox.listening import listening
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.handlers.judging import accept_view, buttons
from tests.handlers.scenes import FAY

TEAM = "T0TOCSIN"
ROOM, LOBBY = "C0ROOM", "C0LOBBY"
PATIENCE = 5.0
Json = dict[str, Any]


@dataclass
class SlackEnd:
    """Slack as seen from the bot: takes every call, remembers it, says yes."""

    url: str = ""
    calls: list[tuple[str, Json]] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    broken: bool = False

    async def take_call(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.json_response({"ok": False, "error": "expired_trigger_id"})
        self.calls.append((request.match_info["method"], await request.json()))
        return web.json_response({"ok": True})

    async def take_answer(self, request: web.Request) -> web.Response:
        self.answers.append(await request.json())
        return web.Response(text="ok")

    def view(self) -> Json:
        """The modal that was opened or updated last; it is one that Slack would take."""
        shown: Json = self.calls[-1][1]["view"]
        accept_view(shown)
        return shown


@asynccontextmanager
async def slack_end() -> AsyncIterator[SlackEnd]:
    end = SlackEnd()
    site = web.Application()
    site.add_routes([web.post("/api/{method}", end.take_call), web.post("/hooks/{id}", end.take_answer)])
    async with listening(site, shutdown_seconds=0.5) as port:
        end.url = f"http://127.0.0.1:{port}"
        yield end


class Completion(AsyncListenerCompletionHandler):
    """Lets a test wait until a listener has done what follows its acknowledgement."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        self.done.set()


@dataclass
class Office:
    """The edge with everything behind it, and short words for what people do at it."""

    desk: Desk
    app: AsyncApp
    slack: SlackEnd
    store: Store
    clock: MovableClock
    completion: Completion
    events: list[tuple[str, bytes]]
    homes: list[tuple[UserId, Mapping[str, Any]]]
    complaints: list[tuple[str, dict[str, object]]]
    retried: list[str]
    kinds: dict[str, Kind]
    """What Slack says about somebody; members need not be named."""
    pressed: int = 0

    @property
    def ports(self) -> Ports:
        return self.desk.ports

    async def slash(self, text: str, *, by: str = "U0ADA", channel: str = ROOM, **more: str) -> Json:
        """Type ``/incident text``; what the person is shown ({} if nothing)."""
        return await self._dispatch(
            {
                "command": COMMAND,
                "text": text,
                "user_id": by,
                "team_id": TEAM,
                "channel_id": channel,
                "trigger_id": self._trigger(),
                **more,
            }
        )

    async def ask_service(self, text: str, *, by: str = "U0ADA") -> Json:
        """Type ``/service text``."""
        return await self.slash(text, by=by, command=SERVICE_COMMAND)

    async def press(self, button: Json, *, by: str = "U0ADA", **more: Any) -> Json:
        """Press a button; the answer that the person is shown ({} if none)."""
        before = len(self.slack.answers)
        await self._dispatch(
            {
                "type": "block_actions",
                "user": {"id": by, "team_id": TEAM},
                "team": {"id": TEAM},
                "channel": {"id": ROOM},
                "trigger_id": self._trigger(),
                "response_url": f"{self.slack.url}/hooks/{self.pressed}",
                "actions": [{"type": "button", "block_id": "b", **button}],
                **more,
            }
        )
        return self.slack.answers[-1] if len(self.slack.answers) > before else {}

    async def submit(self, view: Json, values: Mapping[str, Any], *, by: str = "U0ADA", **more: Any) -> Json:
        """Submit a modal with these values in its inputs; Slack's next step."""
        return await self._dispatch(
            {
                "type": "view_submission",
                "user": {"id": by, "team_id": TEAM},
                "team": {"id": TEAM},
                "trigger_id": self._trigger(),
                "view": {**view, "id": "V1", "state": {"values": filled_in(view, values)}},
                **more,
            }
        )

    async def use(
        self,
        callback: str,
        *,
        by: str = "U0ADA",
        message: Json | None = None,
        channel: str = ROOM,
        **more: Any,
    ) -> Json:
        """Use a shortcut; the answer that the person is shown ({} if none)."""
        before = len(self.slack.answers)
        body: Json = {
            "type": "shortcut",
            "callback_id": callback,
            "user": {"id": by, "team_id": TEAM},
            "trigger_id": self._trigger(),
        }
        if message is not None:
            body |= {
                "type": "message_action",
                "channel": {"id": channel},
                "message": message,
                "response_url": f"{self.slack.url}/hooks/{self.pressed}",
            }
        await self._dispatch(body | more)
        return self.slack.answers[-1] if len(self.slack.answers) > before else {}

    async def deliver(self, event: Json, *, event_id: str = "Ev1") -> BoltResponse:
        """Let Slack deliver an event."""
        body = {"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": event}
        return await self.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))

    async def in_room(self, *, title: str = "Payments time out", service: str = "checkout") -> Incident:
        """A declared incident whose room is open."""
        incident = await declare.by_hand(self.ports, title=title, service=service, severity=1, by=FAY)
        channel = ChannelId(ROOM if incident.id == 1 else f"C0ROOM{incident.id}")
        async with self.store.units() as unit:
            await room.opened(unit, self.ports, incident=incident.id, room=channel, name=f"inc-{incident.id}")
            await room.card_posted(unit, self.ports, incident=incident.id, channel=channel, ts=Ts("1.000001"))
            await unit.commit()
        return incident

    async def picture(self, number: int = 1) -> Picture:
        return await find.picture(self.ports, incident=IncidentId(number))

    async def log(self, number: int = 1) -> list[str]:
        """The kinds of what was written down."""
        async with self.store.reading() as unit:
            return [entry.kind for entry in await unit.entries.of(IncidentId(number))]

    def _trigger(self) -> str:
        self.pressed += 1
        return f"trigger.{self.pressed}"

    async def _dispatch(self, body: Json) -> Json:
        self.completion.done.clear()
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200, (answer.status, answer.body, self.complaints)
        async with asyncio.timeout(PATIENCE):
            await self.completion.done.wait()
        return json.loads(answer.body) if answer.body else {}


def account(user: UserId, kind: Kind, *, at: datetime) -> Member:
    """Somebody of this kind, as Slack describes them."""
    return Member(
        id=user,
        is_active=kind is not Kind.DEACTIVATED,
        is_bot=kind is Kind.APP,
        is_guest=kind is Kind.GUEST,
        is_stranger=kind is Kind.STRANGER,
        seen_at=at,
    )


def filled_in(view: Json, values: Mapping[str, Any]) -> Json:
    """The state of a modal: what it came with, and ``values`` put over it."""
    state: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name, element = block["block_id"], block["element"]
        state[name] = {element["action_id"]: _entered(element, values.get(name))}
    return state


def _entered(element: Json, value: Any) -> Json:
    kind = element["type"]
    if kind in ("static_select", "radio_buttons"):
        chosen = {"value": value} if value is not None else element.get("initial_option")
        return {"type": kind, "selected_option": chosen}
    if kind == "multi_static_select":
        chosen = (
            [{"value": each} for each in value] if value is not None else element.get("initial_options", [])
        )
        return {"type": kind, "selected_options": chosen}
    if kind == "users_select":
        return {"type": kind, "selected_user": value}
    if kind == "multi_users_select":
        return {"type": kind, "selected_users": element.get("initial_users", []) if value is None else value}
    if kind == "datetimepicker":
        at = element.get("initial_date_time") if value is None else value
        return {"type": kind, "selected_date_time": at}
    return {"type": kind, "value": element.get("initial_value") if value is None else value}


def labelled(shown: Any, label: str) -> Json:
    """The first button with this label, in a message or an answer."""
    blocks = shown.blocks if hasattr(shown, "blocks") else shown["blocks"]
    found = [button for button in buttons(blocks) if label in button["text"]["text"]]
    assert found, f"no button {label!r} among {[b['text']['text'] for b in buttons(blocks)]}"
    return found[0]


@pytest.fixture
async def store(sqlite_url: str, clock: MovableClock, ids: CountingIds) -> AsyncIterator[Store]:
    """One engine is enough here: what differs between them is tested in tests/storage."""
    opened = await Store.open(sqlite_url, clock=clock, ids=ids)
    yield opened
    await opened.close()


@pytest.fixture
async def office(
    store: Store,
    clock: MovableClock,
    ids: CountingIds,
    handbook: Handbook,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    ports = Ports(
        clock=clock,
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=lambda: handbook,
    )
    async with slack_end() as slack, ClientSession(trust_env=False) as session:
        yield _furnished(ports, store, clock, slack, session)


def _furnished(
    ports: Ports, store: Store, clock: MovableClock, slack: SlackEnd, session: ClientSession
) -> Office:
    events: list[tuple[str, bytes]] = []
    homes: list[tuple[UserId, Mapping[str, Any]]] = []
    complaints: list[tuple[str, dict[str, object]]] = []
    retried: list[str] = []

    def once(key: str) -> Ports:
        return replace(ports, units=store.once(key, at=clock.now()))

    async def accept_event(key: str, body: bytes, headers: Headers) -> bool:
        fresh = key not in [known for known, _ in events]
        events.append((key, body))
        return fresh

    async def accept_webhook(source: str, key: str, headers: Headers, body: bytes) -> bool:
        return True

    async def publish_home(user: UserId, view: Mapping[str, object]) -> None:
        homes.append((user, view))

    async def retry(delivery: str) -> bool:
        retried.append(delivery)
        return True

    async def acquaint(user: UserId) -> bool:
        kind = kinds.get(user, Kind.MEMBER)
        if kind_of(await people.known(ports, user=user)) is not kind:
            await people.learn(ports, account(user, kind, at=clock.now()))
        return True

    async def trouble() -> Trouble:
        given_up = Undelivered(
            delivery="d-1", step="PinCard", incident=IncidentId(1), reason="too many <pins>"
        )
        return Trouble(neglected={"timers": 2}, undelivered=(given_up,), put_aside=1)

    async def dispatch(body: str, headers: Headers) -> Answer:
        return await dispatcher(app)(body, headers)

    async def health() -> Health:
        return Health(ready=True, checks={})

    def complain(event: str, /, **data: object) -> None:
        complaints.append((event, data))

    kinds: dict[str, Kind] = {}

    desk = Desk(
        ports=ports,
        complain=complain,
        wall=clock.now,
        public_url="https://tocsin.example",
        team=TEAM,
        signing_secret="shh",
        dispatch=dispatch,
        once=once,
        became_of=partial(became_of, store),
        accept_event=accept_event,
        room_url=lambda channel: f"https://slack.example/{channel}",
        publish_home=publish_home,
        acquaint=acquaint,
        groups_changed=lambda: None,
        retry=retry,
        trouble=trouble,
        webhook_secrets={},
        accept_webhook=accept_webhook,
        admit=lambda _source: None,
        gate_tokens=("gate-token",),
        health=health,
        metrics=lambda: (b"", "text/plain"),
    )
    app = _bolt(slack, session)
    register(app, desk)
    completion = Completion()
    app.listener_runner.listener_completion_handler = completion
    return Office(desk, app, slack, store, clock, completion, events, homes, complaints, retried, kinds)


def _bolt(slack: SlackEnd, session: ClientSession) -> AsyncApp:
    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=TEAM, bot_user_id="U0BOT", bot_id="B0BOT", bot_token="xoxb-1"
        )

    return AsyncApp(
        client=AsyncWebClient(base_url=f"{slack.url}/api/", session=session, retry_handlers=[]),
        authorize=authorize,
        signing_secret="",
        request_verification_enabled=False,
    )
