"""Slack's markup: what the server does to the text of a message, and who is meant by it.

Source: Slack docs, "Formatting message text".
"""

from __future__ import annotations

import re
from typing import Any

_CONTROL = re.compile(r"<(?:[@#!][^<>\s][^<>]*|(?:https?|mailto|tel|slack):[^<>]+)>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_BARE_LINK = re.compile(r"(?<![<|\w])https?://[^\s<>|]+[^\s<>|.,;:!?)\]'\"]")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:[|^][^>]*)?>")
_BROADCAST = re.compile(r"<!(here|channel|everyone)(?:\|[^>]*)?>")
_EMOJI = re.compile(r":([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):")
_TOKEN = re.compile(f"{_CONTROL.pattern}|{_EMOJI.pattern}")


def sanitised(text: str, *, link: bool = True) -> str:
    """The text as Slack keeps it: stray ``& < >`` as entities, bare addresses as links."""
    kept: list[str] = []
    end = 0
    for control in _CONTROL.finditer(text):
        kept += [_plain(text[end : control.start()], link=link), control.group()]
        end = control.end()
    return "".join([*kept, _plain(text[end:], link=link)])


def _plain(text: str, *, link: bool) -> str:
    escaped = _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    return _BARE_LINK.sub(lambda found: f"<{found.group()}>", escaped) if link else escaped


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentioned_users(text: str) -> list[str]:
    """Ids of the users addressed with ``<@U…>``, in order."""
    return _USER.findall(text)


def mentioned_groups(text: str) -> list[str]:
    return _GROUP.findall(text)


def calls_everybody(text: str) -> bool:
    """Whether the text pings a whole channel."""
    return _BROADCAST.search(text) is not None


def rich_text(text: str, block_id: str) -> list[dict[str, Any]]:
    """The one ``rich_text`` block as which Slack stores what a person typed."""
    elements: list[dict[str, Any]] = []
    end = 0
    for token in _TOKEN.finditer(text):
        _add_text(elements, text[end : token.start()])
        elements.append(_element(token.group()))
        end = token.end()
    _add_text(elements, text[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _add_text(elements: list[dict[str, Any]], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": unescaped(text)})


def _element(token: str) -> dict[str, Any]:
    if token.startswith(":"):
        return {"type": "emoji", "name": token.strip(":")}
    inside, _, label = token[1:-1].partition("|")
    if inside.startswith("@"):
        return {"type": "user", "user_id": inside[1:]}
    if inside.startswith("#"):
        return {"type": "channel", "channel_id": inside[1:]}
    if inside.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": inside.removeprefix("!subteam^")}
    if inside.startswith("!"):
        return {"type": "broadcast", "range": inside[1:].split("^")[0]}
    link = {"type": "link", "url": unescaped(inside)}
    return link | {"text": unescaped(label)} if label else link
