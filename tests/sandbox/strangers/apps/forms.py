"""Modals: opened, changed by a choice in them, with options from the app, refused, pushed, closed."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

MANIFEST = {
    "display_information": {"name": "Forms"},
    "features": {
        "bot_user": {"display_name": "Forms"},
        "slash_commands": [{"command": "/order", "description": "Order lunch"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "im:write"]}},
    "settings": {"interactivity": {"is_enabled": True}},
}
CITIES = ["Bergen", "Berlin", "Bern", "Lisbon"]


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    return {"text": plain(text), "value": text.lower()}


def form(*, drink: bool) -> dict[str, Any]:
    """The order; a drink is asked for once somebody wants one."""
    blocks: list[dict[str, Any]] = [
        {
            "type": "section",
            "block_id": "thirst",
            "text": plain("Anything to drink?"),
            "accessory": {"type": "button", "action_id": "add_drink", "text": plain("Add a drink")},
        },
        {
            "type": "input",
            "block_id": "dish",
            "label": plain("Dish"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "city",
            "label": plain("City"),
            "element": {"type": "external_select", "action_id": "cities", "min_query_length": 1},
        },
    ]
    if drink:
        menu = {"type": "static_select", "action_id": "menu", "options": [option("Water"), option("Tea")]}
        blocks.append({"type": "input", "block_id": "drink", "label": plain("Drink"), "element": menu})
    return {
        "type": "modal",
        "callback_id": "order",
        "private_metadata": "table 7",
        "notify_on_close": True,
        "title": plain("Lunch"),
        "submit": plain("Order"),
        "close": plain("Not hungry"),
        "blocks": blocks,
    }


def listen(app: AsyncApp) -> None:
    """Add every listener."""

    @app.command("/order")
    async def order(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(drink=False))

    @app.action("add_drink")
    async def add_drink(ack: Any, body: Any, client: Any) -> None:
        await ack()
        view = body["view"]
        await client.views_update(view_id=view["id"], hash=view["hash"], view=form(drink=True))

    @app.options("cities")
    async def cities(ack: Any, payload: Any) -> None:
        typed = payload["value"].lower()
        await ack(options=[option(each) for each in CITIES if each.lower().startswith(typed)])

    @app.view("order")
    async def ordered(ack: Any, view: Any, body: Any, client: Any) -> None:
        values = view["state"]["values"]
        dish = values["dish"]["text"]["value"]
        if dish == "nothing":
            await ack(response_action="errors", errors={"dish": "That is no dish."})
            return
        asked = {
            "type": "modal",
            "callback_id": "sure",
            "private_metadata": f"{dish} in {values['city']['cities']['selected_option']['value']}"
            f" at {view['private_metadata']}",
            "title": plain("Sure?"),
            "submit": plain("Yes"),
            "blocks": [{"type": "section", "text": plain(f"One {dish}.")}],
        }
        await ack(response_action="push", view=asked)

    @app.view("sure")
    async def sure(ack: Any, view: Any, body: Any, client: Any) -> None:
        await ack(response_action="clear")
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Ordered: {view['private_metadata']}")

    @app.view_closed("order")
    async def closed(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="No lunch for you.")
