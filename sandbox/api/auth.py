"""Who am I, and is anybody there: auth.test, api.test, team.info, bots.info, apps.connections.open."""

from __future__ import annotations

from sandbox.api.registry import Call, Json, method
from sandbox.arguments import Arguments
from sandbox.errors import Refusal
from sandbox.shapes import bot_json


def api_test(arguments: Arguments) -> Json:
    """The one method that asks for no token: it echoes its arguments, or the error it is told."""
    if error := arguments.text("error"):
        raise Refusal(error, args=arguments.to_json())
    return {"args": arguments.to_json()}


@method("auth.test", tier="special")
def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"{workspace.base_url}/",
        "team": workspace.team_name,
        "user": workspace.users[call.user].name,
        "team_id": workspace.team_id,
        "user_id": call.user,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read", tier=3)
def team_info(call: Call) -> Json:
    workspace = call.workspace
    if call.arguments.text("team", workspace.team_id) != workspace.team_id:
        raise Refusal("team_not_found")
    icon = {
        f"image_{size}": f"{workspace.base_url}/files/team-{size}.png" for size in (34, 44, 68, 88, 102, 132)
    }
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.team_name,
            "url": f"{workspace.base_url}/",
            "domain": workspace.team_domain,
            "email_domain": "example.com",
            "icon": icon | {"image_default": True},
            "avatar_base_url": f"{workspace.base_url}/files/avatars/",
            "is_verified": False,
        }
    }


@method("bots.info", "users:read", tier=3)
def bots_info(call: Call) -> Json:
    bot = call.workspace.app_of_bot(call.arguments.text("bot", call.app.bot_id))
    if bot is None:
        raise Refusal("bot_not_found")
    return {"bot": bot_json(call.workspace, bot)}


@method("apps.connections.open", "connections:write", tier=1, caller="app")
def connections_open(call: Call) -> Json:
    if call.http_method != "POST":
        raise Refusal("insecure_request")
    host = call.workspace.base_url.replace("http", "ws", 1)
    ticket = call.workspace.tickets.issue(call.app.id)
    return {"url": f"{host}/link/?ticket={ticket}&app_id={call.app.id}"}
