"""Modals and Home tabs: opening, stacking, replacing, closing.

A trigger opens one modal; up to three lie on each other; ``hash`` protects from
overwriting what changed meanwhile; what was typed survives an update as long as the
block and its element keep their ids.

Source: Slack docs, "Modals", views.open, views.push, views.update, views.publish.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from sandbox import blocks
from sandbox.errors import Refusal
from sandbox.interactions.elements import STATEFUL, located
from sandbox.model import App, View
from sandbox.state import Workspace

Json = dict[str, Any]
MAX_STACK = 3  # Slack docs, "Modals": up to three views in a stack
MAX_VIEW_BYTES = 250_000  # Slack docs, views.open: view_too_large


def judged(view: Any, surface: Literal["modal", "home"]) -> Json:
    """The view, if Slack would take it; raises Refusal("invalid_arguments") with all that is wrong."""
    if isinstance(view, dict) and len(json.dumps(view)) > MAX_VIEW_BYTES:
        raise Refusal("view_too_large")
    problems = blocks.view_problems(view, surface)
    if problems:
        raise Refusal("invalid_arguments", response_metadata={"messages": problems})
    checked: Json = view
    return checked


def open_view(workspace: Workspace, app: App, user: str, content: Any) -> View:
    """A modal over whatever this user looks at; an open stack of modals is replaced."""
    view = _made(workspace, app, user, judged(content, "modal"))
    clear_views(workspace, user)
    workspace.modals[user] = [view]
    _keep(workspace, view, "view_opened")
    return view


def push_view(workspace: Workspace, app: App, user: str, content: Any) -> View:
    """A modal on top of the open one; raises Refusal("push_limit_reached") beyond three."""
    checked = judged(content, "modal")
    stack = workspace.modals.get(user, [])
    if not stack or stack[-1].app_id != app.id:
        raise Refusal("not_found")
    if len(stack) >= MAX_STACK:
        raise Refusal("push_limit_reached")
    view = _made(workspace, app, user, checked)
    view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
    stack.append(view)
    _keep(workspace, view, "view_pushed")
    return view


def update_view(workspace: Workspace, view: View, content: Any, expected: str | None = None) -> View:
    """Other content for an open view; ``expected`` is the hash that the caller has seen."""
    checked = judged(content, view.type)
    if expected and expected != view.hash:
        raise Refusal("hash_conflict")
    external = checked.get("external_id", "")
    _check_external(workspace, view.app_id, external, view)
    before = view.content["blocks"]
    view.content = checked | {"blocks": blocks.completed(checked["blocks"], workspace.ids, before)}
    view.external_id = external
    view.hash = new_hash(workspace)
    view.errors = {}
    view.state = _kept_state(view)
    workspace.emit("view" if view.type == "modal" else "home", "view_updated", user=view.user, view=view)
    return view


def publish_view(
    workspace: Workspace, app: App, user: str, content: Any, expected: str | None = None
) -> View:
    """The Home tab of one user; made at the first time, replaced afterwards."""
    known = workspace.homes.get((app.id, user))
    if known is not None:
        return update_view(workspace, known, content, expected)
    view = _made(workspace, app, user, judged(content, "home"))
    workspace.homes[app.id, user] = view
    _keep(workspace, view, "view_published")
    return view


def find_view(workspace: Workspace, app: App, view_id: str | None, external_id: str | None) -> View:
    """An open view of this app, by either id; raises Refusal("not_found")."""
    found = workspace.views.get(view_id or "") or next(
        (view for view in workspace.views.values() if external_id and view.external_id == external_id), None
    )
    if found is None or found.app_id != app.id:
        raise Refusal("not_found")
    return found


def close_view(workspace: Workspace, view: View) -> None:
    """Take one modal off the stack; the one below it is seen again."""
    stack = workspace.modals.get(view.user, [])
    if view in stack:
        stack.remove(view)
    workspace.views.pop(view.id, None)
    if not stack:
        workspace.modals.pop(view.user, None)
    workspace.emit("view", "view_closed", user=view.user, view=view)


def clear_views(workspace: Workspace, user: str) -> list[View]:
    """Close every modal of a user; the answer lists them from the top down."""
    closed = workspace.modals.get(user, [])[::-1]
    for view in closed:
        close_view(workspace, view)
    return closed


def new_hash(workspace: Workspace) -> str:
    return f"{workspace.now()}.{workspace.ids.hex(8).lower()}"


def _made(workspace: Workspace, app: App, user: str, content: Json) -> View:
    external = content.get("external_id", "")
    _check_external(workspace, app.id, external, None)
    view_id = workspace.ids.fresh("V")
    return View(
        id=view_id,
        app_id=app.id,
        bot_id=app.bot_id,
        team_id=workspace.team_id,
        user=user,
        type=content["type"],
        content=content | {"blocks": blocks.completed(content["blocks"], workspace.ids)},
        hash=new_hash(workspace),
        root_view_id=view_id,
        external_id=external,
    )


def _keep(workspace: Workspace, view: View, what: str) -> None:
    workspace.views[view.id] = view
    view.state = _kept_state(view)
    workspace.emit("view" if view.type == "modal" else "home", what, user=view.user, view=view)


def _check_external(workspace: Workspace, app_id: str, external_id: str, own: View | None) -> None:
    if external_id and any(
        view.external_id == external_id and view.app_id == app_id and view is not own
        for view in workspace.views.values()
    ):
        raise Refusal("duplicate_external_id")


def _kept_state(view: View) -> dict[str, dict[str, Any]]:
    """What was typed into fields that are still there."""
    places = located(view.content["blocks"])
    fields = {place.key for place in places if place.element["type"] in STATEFUL}
    return {
        block_id: kept
        for block_id, values in view.state.items()
        if (kept := {action: value for action, value in values.items() if (block_id, action) in fields})
    }
