"""Apps, acts, time, faults, the journal and the whole state.

See ``acts.py`` for what people can do and ``world.py`` for what can befall the workspace.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.control import acts, world
from sandbox.control.answers import answering, body_of, number
from sandbox.control.guard import ABOUT
from sandbox.control.snapshot import state_json
from sandbox.errors import Refusal
from sandbox.exchange import EXCHANGE
from sandbox.model import App
from sandbox.state import Workspace

Json = dict[str, Any]
CREDENTIALS = frozenset({"bot_token", "app_token", "signing_secret"})


@answering
async def about(request: web.Request) -> Json:
    """What this is, for whoever opens the address."""
    workspace = request.app[EXCHANGE].workspace
    paths = sorted({f"{route.method} {route.path}" for route in ROUTES})
    return {"about": ABOUT, "public": workspace.knobs.public, "requests": paths}


@answering
async def install(request: web.Request) -> Json:
    """Install or update an app; an HTTP app is asked to prove its events address if it is up."""
    exchange = request.app[EXCHANGE]
    body = await body_of(request)
    app = exchange.workspace.install_app(body["manifest"], _given_credentials(body))
    if not app.socket_mode:
        await exchange.hub.disconnect(app.id, "link_disabled")
    if not app.socket_mode and app.manifest.event_url:
        exchange.background.start(exchange.courier.prove(app), f"verify {app.name}")
    return credentials(exchange.workspace, app)


def _given_credentials(body: Json) -> dict[str, str] | None:
    given = body.get("credentials") or {}
    if not isinstance(given, dict) or not CREDENTIALS.issuperset(given):
        raise Refusal("invalid_credentials", message=f"Credentials are {', '.join(sorted(CREDENTIALS))}.")
    return {key: str(value) for key, value in given.items() if value} or None


def credentials(workspace: Workspace, app: App) -> Json:
    """What the bot must be configured with."""
    shown = (
        "name",
        "bot_user_id",
        "bot_id",
        "bot_token",
        "app_token",
        "signing_secret",
        "verification_token",
    )
    return {
        "app_id": app.id,
        **{key: getattr(app, key) for key in shown},
        "team_id": workspace.team_id,
        "base_url": workspace.base_url,
        "api_url": f"{workspace.base_url}/api/",
        "socket_mode": app.socket_mode,
    }


@answering
async def apps(request: web.Request) -> Json:
    workspace = request.app[EXCHANGE].workspace
    return {"apps": [credentials(workspace, each) for each in workspace.apps.values()]}


@answering
async def act(request: web.Request) -> Json:
    """Let somebody do something."""
    exchange = request.app[EXCHANGE]
    body = await body_of(request)
    arguments = {key: value for key, value in body.items() if key not in {"as", "action"}}
    person, action = str(body["as"]), str(body["action"])
    entry = exchange.workspace.journal.record(
        "act", direction="in", summary=f"{person} {action}", request=arguments
    )
    answer = await acts.perform(exchange, person, action, arguments)
    entry.status, entry.response = "ok" if answer["ok"] else str(answer.get("error")), answer
    return answer


@answering
async def state(request: web.Request) -> Json:
    return state_json(request.app[EXCHANGE].workspace)


@answering
async def log(request: web.Request) -> Json:
    journal = request.app[EXCHANGE].workspace.journal
    since = int(request.query.get("since", 0))
    return {"seq": journal.seq, "entries": [each.to_json() for each in journal.since(since)]}


@answering
async def reset(request: web.Request) -> Json:
    """Back to the seed: faults are lifted, deliveries dropped, apps stay installed."""
    exchange = request.app[EXCHANGE]
    await exchange.background.stop("event")
    exchange.forms.clear()
    exchange.hooks.clear()
    exchange.workspace.faults.clear()
    exchange.workspace.reset()
    return {"seq": exchange.workspace.seq}


@answering
async def idle(request: web.Request) -> Json:
    """Idle means that no delivery is under way; retries that wait for their hour are ``scheduled``."""
    courier = request.app[EXCHANGE].courier
    return {"idle": courier.in_flight == 0, "pending": courier.in_flight, "scheduled": courier.scheduled}


@answering
async def clock(request: web.Request) -> Json:
    return clock_json(request.app[EXCHANGE].workspace)


@answering
async def set_clock(request: web.Request) -> Json:
    workspace, body = request.app[EXCHANGE].workspace, await body_of(request)
    if str(body["mode"]) not in {"real", "manual", "scaled"}:
        raise Refusal("invalid_mode", message="mode is real, manual or scaled.")
    workspace.clock.set_mode(body["mode"], number(body.get("factor", 1.0), "factor"))
    workspace.emit("clock", "clock_set")
    return clock_json(workspace)


@answering
async def advance(request: web.Request) -> Json:
    workspace, body = request.app[EXCHANGE].workspace, await body_of(request)
    workspace.clock.advance(number(body["seconds"], "seconds"))
    workspace.emit("clock", "clock_advanced")
    return clock_json(workspace)


def clock_json(workspace: Workspace) -> Json:
    clock = workspace.clock
    return {"mode": clock.mode, "factor": clock.factor, "now": clock.now()}


@answering
async def faults(request: web.Request) -> Json:
    return {"faults": [each.to_json() for each in request.app[EXCHANGE].workspace.faults.all()]}


@answering
async def add_fault(request: web.Request) -> Json:
    """A rule, or with ``where: world`` something that happens at once."""
    exchange, body = request.app[EXCHANGE], await body_of(request)
    if body.get("where") == "world":
        return await world.befall(exchange, body)
    fault = exchange.workspace.faults.add(body)
    exchange.workspace.emit("fault", "fault_added")
    return {"fault": fault.to_json()}


@answering
async def remove_faults(request: web.Request) -> Json:
    """One rule by id (in the path or as ``?id=``), or all of them."""
    rules = request.app[EXCHANGE].workspace.faults
    wanted = request.match_info.get("id") or request.query.get("id")
    if wanted is None:
        rules.clear()
    elif not rules.remove(int(wanted)):
        raise Refusal("fault_not_found", message=f"There is no fault {wanted}.")
    request.app[EXCHANGE].workspace.emit("fault", "fault_removed")
    return {}


@answering
async def banner(request: web.Request) -> Json:
    """Show a line above the page, ``{"text", "step"?, "of"?}``; without text it goes away."""
    exchange, body = request.app[EXCHANGE], await body_of(request)
    exchange.banner = body if body.get("text") else None
    exchange.workspace.emit("banner", "banner_shown")
    return {"banner": exchange.banner}


ROUTES = [
    web.get("/_sandbox", about),
    web.post("/_sandbox/banner", banner),
    web.post("/_sandbox/apps", install),
    web.get("/_sandbox/apps", apps),
    web.post("/_sandbox/act", act),
    web.get("/_sandbox/state", state),
    web.get("/_sandbox/log", log),
    web.post("/_sandbox/reset", reset),
    web.get("/_sandbox/idle", idle),
    web.get("/_sandbox/clock", clock),
    web.post("/_sandbox/clock", set_clock),
    web.post("/_sandbox/clock/advance", advance),
    web.get("/_sandbox/faults", faults),
    web.post("/_sandbox/faults", add_fault),
    web.delete("/_sandbox/faults", remove_faults),
    web.delete("/_sandbox/faults/{id}", remove_faults),
]
