"""Pages and the opaque cursors that lead from one to the next.

A cursor names where the next page begins and when it was given; the knobs of the
workspace can shrink pages, leave gaps in them and let cursors grow old.

Source: Slack docs, "Pagination".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.arguments import Arguments, invalid
from sandbox.errors import Refusal
from sandbox.state import Workspace

Item = TypeVar("Item")


def page_size(
    workspace: Workspace, arguments: Arguments, *, default: int, most: int, refusal: str | None = None
) -> int:
    """How many items to answer with; no limit and a limit of 0 mean the default.

    Raises Refusal, with the code of the method if it has one for this.
    """
    given = arguments.text("limit") or "0"
    if not given.isdigit():
        unread = invalid("[ERROR] must be a valid integer [json-pointer:/limit]")
        raise Refusal(refusal) if refusal else unread
    size = min(int(given) or default, most)
    return min(size, workspace.knobs.page_limit) if workspace.knobs.page_limit else size


def cursor_to(workspace: Workspace, kind: str, place: str) -> str:
    """A cursor for the page that begins at ``place``."""
    return base64.b64encode(f"{kind}:{place}:{workspace.now()}".encode()).decode()


def place_of(workspace: Workspace, cursor: str, kind: str) -> str:
    """Where the page of a cursor begins; raises Refusal("invalid_cursor")."""
    try:
        found, place, given = base64.b64decode(cursor, validate=True).decode().rsplit(":", 2)
    except (binascii.Error, ValueError) as error:
        raise Refusal("invalid_cursor") from error
    patience = workspace.knobs.cursor_seconds
    if found != kind or (patience is not None and workspace.clock.now() - int(given) > patience):
        raise Refusal("invalid_cursor")
    return place


def page(
    workspace: Workspace,
    arguments: Arguments,
    items: Sequence[Item],
    *,
    kind: str,
    default: int,
    most: int,
    refusal: str | None = None,
) -> tuple[list[Item], str]:
    """One page of items that keep their order, and the cursor to the next ("" at the end)."""
    size = page_size(workspace, arguments, default=default, most=most, refusal=refusal)
    start = 0
    if cursor := arguments.text("cursor"):
        place = place_of(workspace, cursor, kind)
        if not place.isdigit() or int(place) > len(items):
            raise Refusal("invalid_cursor")
        start = int(place)
    end = start + size
    shown = list(items[start:end])
    if workspace.knobs.short_pages and end < len(items):
        end = start + max(1, size // 2)
        shown = shown[: end - start]
    return shown, cursor_to(workspace, kind, str(end)) if end < len(items) else ""


def metadata(next_cursor: str) -> dict[str, Any]:
    return {"response_metadata": {"next_cursor": next_cursor}}
