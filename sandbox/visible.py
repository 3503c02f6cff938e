"""What a person reads on a message or a view: the text of its blocks, with mentions by name.

For tests and logs; the page draws the real thing.

Source: Slack docs, "Formatting text for app surfaces" and "Blocks".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.state import Workspace

_TEXT_TYPES = frozenset({"plain_text", "mrkdwn", "markdown", "raw_text"})
_INLINE = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})
# In the order in which Slack shows them. A confirm dialog is not visible, nor is a closed menu.
_VISIBLE_KEYS = (
    "title", "text", "label", "fields", "rows", "elements", "accessory", "element",
    "placeholder", "initial_value", "initial_option", "hint", "alt_text", "blocks",
)  # fmt: skip
_LISTED = frozenset({"checkboxes", "radio_buttons"})
_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def visible_text(
    workspace: Workspace,
    text: str,
    blocks: Sequence[Mapping[str, Any]] = (),
    attachments: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Every line that can be read; ``text`` only where no block repeats it."""
    pieces = [*fragments(list(blocks)), *fragments(list(attachments))]
    lines = [_named(workspace, each) for each in pieces]
    spoken = _named(workspace, text)
    if spoken and not any(spoken in line for line in lines):
        lines.insert(0, spoken)
    return "\n".join(lines)


def fragments(node: object) -> Iterator[str]:
    """The pieces of text of blocks or views, top-down."""
    if isinstance(node, str):
        yield from (node,) if node else ()
    elif isinstance(node, (list, tuple)):
        for each in node:
            yield from fragments(each)
    elif isinstance(node, Mapping):
        yield from _of(node)


def _of(node: Mapping[str, Any]) -> Iterator[str]:
    type_ = node.get("type")
    if type_ in _TEXT_TYPES:
        yield str(node.get("text", ""))
    elif type_ in _INLINE:
        yield "".join(_inline(each) for each in node.get("elements") or ())
    else:
        for key in _VISIBLE_KEYS:
            yield from fragments(node.get(key))
        if type_ in _LISTED:
            yield from fragments(node.get("options"))


_INLINE_FORMS = {
    "user": "<@{user_id}>",
    "channel": "<#{channel_id}>",
    "usergroup": "<!subteam^{usergroup_id}>",
    "broadcast": "<!{range}>",
    "emoji": ":{name}:",
}


def _inline(element: Mapping[str, Any]) -> str:
    form = _INLINE_FORMS.get(str(element.get("type")))
    if form is not None:
        return form.format_map(element)
    return str(element.get("text") or element.get("fallback") or element.get("url") or "")


def _named(workspace: Workspace, line: str) -> str:
    """References by name, links by label, entities as characters."""
    shown = _REFERENCE.sub(lambda found: _reference(workspace, found[1], found[2]), line)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _reference(workspace: Workspace, target: str, label: str | None) -> str:
    sign, rest = target[0], target[1:]
    if sign == "@":
        user = workspace.users.get(rest)
        return f"@{user.name}" if user else f"@{label or rest}"
    if sign == "#":
        channel = workspace.channels.get(rest)
        return f"#{channel.name}" if channel else f"#{label or rest}"
    if sign == "!":
        return _special(workspace, rest, label)
    return label or target


def _special(workspace: Workspace, rest: str, label: str | None) -> str:
    if rest.startswith("subteam^"):
        group = workspace.groups.get(rest.removeprefix("subteam^"))
        return f"@{group.handle}" if group else label or rest
    if rest.startswith("date^"):
        return label or rest
    return f"@{rest}"
