"""A workspace with something going on in it: an incident bot, its card, its form and its Home tab.

The bot is a small Bolt app that uses every kind of block, so that the page has
everything to draw. It stands in for any bot; nothing here is the product's own.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.testing import Workspace
from tests.sandbox.bots import Bot

Json = dict[str, Any]

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
POLICY = {"label": "Which service?", "choices": ("checkout", "cart", "search")}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def words(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(label: str, value: str | None = None, about: str | None = None) -> Json:
    return {"text": plain(label), "value": value or label} | ({"description": plain(about)} if about else {})


def button(label: str, action: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action, "value": action, **more}


def card(commander: str | None = None) -> list[Json]:
    """The message an incident bot pins: header, fields, buttons, an overflow menu, a footer."""
    held = f"<@{commander}>" if commander else "_vacant, asked <@U0BOB>_"
    confirm = {
        "title": plain("Cancel INC-42?"),
        "text": words("The freeze is lifted and *four people* are told."),
        "confirm": plain("Cancel it"),
        "deny": plain("Keep it"),
        "style": "danger",
    }
    return [
        {
            "type": "header",
            "block_id": "head",
            "text": plain(":rotating_light: INC-42 · Checkout returns 502"),
        },
        {
            "type": "section",
            "block_id": "facts",
            "text": words("*SEV1* · Investigating\nCustomers in the EU cannot pay; *38 %* of orders fail."),
            "fields": [
                words("*Service*\nCheckout (tier 1)"),
                words(f"*Commander*\n{held}"),
                words("*Alerts*\n14 grouped, 3 muted"),
                words("*Freeze*\n:lock: hard, until mitigated + 30 min"),
                words("*Next update*\n<!date^1900000000^{time}|later> to <#C0STAKE>"),
                words("*Ledger*\n3 facts · 2 hypotheses"),
            ],
        },
        {"type": "divider", "block_id": "line"},
        {
            "type": "actions",
            "block_id": "buttons",
            "elements": [
                button("Take command", "take", style="primary"),
                button("Page on-call", "page"),
                button("Not an incident", "cancel", style="danger", confirm=confirm),
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("Merge into…", "merge"), option("Make private", "private")],
                },
            ],
        },
        {
            "type": "context",
            "block_id": "foot",
            "elements": [words(":memo: Declared by <@U0CLEO> · log `9f3a…c1` verified")],
        },
    ]


def form(*, note: str = "") -> Json:
    """The modal of ``/incident declare``."""
    severities = [option("SEV1", about="everyone is hit"), option("SEV2", about="a part is hit")]
    blocks: list[Json] = [
        {"type": "section", "block_id": "lead", "text": words("One sentence is enough. " + note)},
        {
            "type": "input",
            "block_id": "what",
            "label": plain("What is wrong?"),
            "hint": plain("In the words that a customer would use"),
            "element": {"type": "plain_text_input", "action_id": "v", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "service",
            "label": plain(str(POLICY["label"])),
            "element": {
                "type": "static_select",
                "action_id": "v",
                "placeholder": plain("Best guess if unsure"),
                "options": [option(each) for each in POLICY["choices"]],
            },
        },
        {
            "type": "input",
            "block_id": "severity",
            "optional": True,
            "label": plain("Severity"),
            "element": {"type": "radio_buttons", "action_id": "v", "options": severities},
        },
        {
            "type": "input",
            "block_id": "people",
            "optional": True,
            "label": plain("Call in"),
            "element": {
                "type": "multi_users_select",
                "action_id": "v",
                "placeholder": plain("Nobody yet"),
            },
        },
        {"type": "actions", "block_id": "tools", "elements": [button("Preview", "preview")]},
    ]
    return view("Declare an incident", blocks, submit="Declare")


def view(title: str, blocks: list[Json], *, submit: str | None = None) -> Json:
    made: Json = {"type": "modal", "callback_id": "form", "title": plain(title), "blocks": blocks}
    made |= {"notify_on_close": True, "close": plain("Cancel")}
    return made | ({"submit": plain(submit)} if submit else {})


def kitchen_sink() -> list[Json]:
    """One of every block and element that a message can hold."""
    return [
        {
            "type": "section",
            "block_id": "accessory",
            "text": words("Pick a *severity*"),
            "accessory": {
                "type": "static_select",
                "action_id": "severity",
                "placeholder": plain("Severity"),
                "options": [option("SEV1"), option("SEV2")],
            },
        },
        {
            "type": "actions",
            "block_id": "elements",
            "elements": [
                {"type": "users_select", "action_id": "who", "placeholder": plain("Who?")},
                {
                    "type": "multi_static_select",
                    "action_id": "teams",
                    "placeholder": plain("Teams"),
                    "options": [option("Shop"), option("Payments")],
                },
                {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-05"},
                {"type": "timepicker", "action_id": "hour", "initial_time": "14:30"},
                {"type": "datetimepicker", "action_id": "moment"},
                {
                    "type": "checkboxes",
                    "action_id": "boxes",
                    "options": [option("Facts only", about="no guesses"), option("With times")],
                },
                {
                    "type": "radio_buttons",
                    "action_id": "radio",
                    "options": [option("Yes"), option("No")],
                    "initial_option": option("Yes"),
                },
            ],
        },
        rich_text(),
        {"type": "markdown", "block_id": "markdown", "text": MARKDOWN},
        table(),
        {
            "type": "image",
            "block_id": "image",
            "image_url": "https://pictures.example/graph.png",
            "alt_text": "Error rate over the last hour",
            "title": plain("Error rate"),
        },
        {
            "type": "video",
            "block_id": "video",
            "title": plain("Replay of the bridge"),
            "title_url": "https://videos.example/1",
            "video_url": "https://videos.example/1",
            "thumbnail_url": "https://videos.example/1.png",
            "alt_text": "Replay of the bridge",
        },
    ]


def cards() -> list[Json]:
    """The blocks that wrap others, one of each."""
    said: Json = {"type": "rich_text_section", "elements": [{"type": "text", "text": "read the log"}]}
    rich: Json = {"type": "rich_text", "elements": [said]}
    task: Json = {"type": "task_card", "task_id": "1", "title": "Roll back", "status": "in_progress"}
    card: Json = {"type": "card", "title": plain("Checkout"), "body": words("*38 %* fail")}
    divider: Json = {"type": "divider"}
    return [
        {"type": "alert", "block_id": "alert", "level": "warning", "text": words("Payments are *down*")},
        card | {"block_id": "card", "actions": [button("Open", "open")]},
        {"type": "carousel", "block_id": "carousel", "elements": [card, card]},
        task | {"block_id": "task", "details": rich},
        {"type": "plan", "block_id": "plan", "title": "Way back", "tasks": [task]},
        {
            "type": "container",
            "block_id": "container",
            "title": plain("Details"),
            "is_collapsible": True,
            "child_blocks": [{"type": "section", "text": words("inside the container")}, divider],
        },
    ]


MARKDOWN = """## Plan

1. roll **back**
2. watch `5xx`

- [x] canary
- [ ] everywhere

> stay calm

| Region | Errors |
|---|--:|
| eu | 1,204 |
"""


def rich_text() -> Json:
    text: Json = {"type": "text"}
    item: Json = {"type": "rich_text_section", "elements": [text | {"text": "first"}]}
    section = [
        text | {"text": "bold", "style": {"bold": True}},
        text | {"text": " and "},
        text | {"text": "code", "style": {"code": True}},
        text | {"text": " for "},
        {"type": "user", "user_id": "U0BOB"},
        text | {"text": " in "},
        {"type": "channel", "channel_id": "C0INCIDENTS"},
        {"type": "emoji", "name": "fire"},
        {"type": "link", "url": "https://runbook.example/", "text": "the runbook"},
    ]
    return {
        "type": "rich_text",
        "block_id": "rich",
        "elements": [
            {"type": "rich_text_section", "elements": section},
            {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [item, item]},
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [item]},
            {"type": "rich_text_quote", "elements": [text | {"text": "a quoted line"}]},
            {"type": "rich_text_preformatted", "elements": [text | {"text": "kubectl rollout undo"}]},
        ],
    }


def table() -> Json:
    def cell(text: str) -> Json:
        return {"type": "raw_text", "text": text}

    rows = [[cell("Service"), cell("Errors")], [cell("checkout"), cell("1,204")]]
    return {"type": "table", "block_id": "table", "column_settings": [{}, {"align": "right"}], "rows": rows}


def home(name: str) -> Json:
    declare = button("Declare an incident", "declare", style="primary")
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "block_id": "hello", "text": plain(f"Good afternoon, {name}")},
            {
                "type": "section",
                "block_id": "count",
                "text": words("*1 major incident* is open, *2* freezes hold."),
                "accessory": declare,
            },
        ],
    }


def teach(bot: Bot) -> None:
    """Give the bot its manners: what it does when somebody commands, clicks, submits or looks."""
    bolt, client = bot.bolt, bot.client

    @bolt.command("/incident")
    async def incident(ack: Any, command: Json) -> None:
        if command["text"] == "help":
            await ack("Say `/incident declare` and what is wrong.")
        else:
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=form())

    @bolt.action("take")
    async def take(ack: Any, body: Json) -> None:
        await ack()
        blocks = card(commander=body["user"]["id"])
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="INC-42", blocks=blocks
        )

    @bolt.action("preview")
    async def preview(ack: Any, body: Json) -> None:
        await ack()
        typed = body["view"]["state"]["values"]["what"]["v"]["value"]
        await client.views_update(view_id=body["view"]["id"], view=form(note=f"Read back: {typed}"))

    @bolt.action("declare")
    async def declare(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @bolt.view("form")
    async def submitted(ack: Any, view: Json) -> None:
        if "submit" not in view or not view["submit"]:
            await ack()
            return
        service = view["state"]["values"]["service"]["v"]["selected_option"]["value"]
        if service == "search":
            await ack(response_action="errors", errors={"service": "Search is being retired."})
        elif service == "cart":
            await ack(response_action="push", view=view_of_push())
        else:
            await ack()

    @bolt.view_closed("form")
    async def closed(ack: Any) -> None:
        await ack()

    @bolt.event("app_home_opened")
    async def opened(event: Json) -> None:
        await client.views_publish(user_id=event["user"], view=home("Ada"))

    @bolt.event(re.compile(".+"))
    async def heard() -> None: ...


def view_of_push() -> Json:
    return view("Are you sure?", [{"type": "section", "block_id": "sure", "text": words("The cart again?")}])


async def furnish(sandbox: Workspace, bot: Bot) -> str:
    """A quarter of an hour of an incident in #general; gives the timestamp of the card."""
    client = bot.client
    ada, bob, cleo, dev = (sandbox.user(each) for each in ("ada", "bob", "cleo", "dev"))
    await ada.say("general", "Morning all :wave: the release train leaves at 15:00")
    await bob.say("general", "Got it :+1:")
    await sandbox.advance(1500)
    await cleo.say("general", "Is checkout slow for anybody else? I see `502` from the EU edge")
    quoted = "Same here. *Payments* looks fine.\n> upstream connect error\n```HTTP/1.1 502 Bad Gateway```"
    seen = await dev.say("general", quoted)
    await ada.react(seen, "eyes")
    await bob.react(seen, "eyes")
    await cleo.react(seen, "fire")
    await sandbox.advance(120)
    await client.conversations_join(channel="C0GENERAL")
    posted = await client.chat_postMessage(channel="C0GENERAL", text="INC-42 declared", blocks=card())
    ts = str(posted["ts"])
    await client.pins_add(channel="C0GENERAL", timestamp=ts)
    await sandbox.advance(60)
    await bob.say("general", "I take it. Rolling back the canary first.", thread_ts=ts)
    await ada.say("general", "The retry budget was raised on Tuesday.", thread_ts=ts)
    hint = "You hold no role in INC-42. *Take command* if nobody else does, or say `/incident help`."
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text=hint)
    return ts
