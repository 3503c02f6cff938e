"""Submitting and closing modals, and what the bot's answer does to the stack.

Slack's own client refuses a form with empty or malformed inputs before the bot hears of
it. An empty acknowledgement closes the view; ``response_action`` may put errors under
inputs, update the view, push another or clear the stack.

Source: Slack docs, "Modals" and "View interaction payloads".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import views
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import payloads
from sandbox.interactions.actions import Names
from sandbox.interactions.elements import located
from sandbox.interactions.failures import outcome
from sandbox.interactions.surfaces import ViewSurface
from sandbox.model import User
from sandbox.posting import Ack

Json = dict[str, Any]


async def submit(exchange: Exchange, user: User, surface: ViewSurface, values: Mapping[str, object]) -> Json:
    """Fill in, submit and obey the answer; ``result`` says what became of the view.

    While the bot has not answered, the button of Slack's client does nothing: neither does this.
    """
    view = surface.view
    if view.id in exchange.submitting:
        raise Refusal("already_submitted", message="That modal is being submitted already.")
    exchange.submitting.add(view.id)
    try:
        return await _submit_once(exchange, user, surface, values)
    finally:
        exchange.submitting.discard(view.id)


async def _submit_once(
    exchange: Exchange, user: User, surface: ViewSurface, values: Mapping[str, object]
) -> Json:
    workspace, view, app = exchange.workspace, surface.view, surface.app
    form = exchange.form(surface.key, user.id)
    form.fill(surface.blocks, values, Names(workspace))
    view.state = form.state(surface.blocks)["values"]
    if not view.content.get("submit"):
        raise Refusal("no_submit", message="That modal has no submit button.")
    complaints = form.complaints(surface.blocks)
    if complaints:
        _show_errors(exchange, surface, complaints)
        return {"ok": True, "delivered": False, "result": "refused", "errors": complaints}
    _show_errors(exchange, surface, {})
    payload = payloads.view_submission(
        workspace,
        app,
        user,
        view=surface.to_json(workspace),
        response_urls=_response_urls(exchange, user, surface),
        trigger_id=workspace.triggers.issue(user.id, app.id, view_id=view.id),
    )
    ack = await exchange.courier.interaction(app, payload)
    answer = outcome(app, ack, "Submitting")
    if not ack.ok:
        return {**answer, "result": "failed"}
    return {**answer, **_obey(exchange, user, surface, ack)}


async def close(exchange: Exchange, user: User, surface: ViewSurface, *, all_: bool) -> Json:
    """Cancel the topmost view, or the whole stack; the bot hears of it if it asked to."""
    workspace, view = exchange.workspace, surface.view
    cleared = all_ or bool(view.content.get("clear_on_close"))
    leaving = list(workspace.modals.get(user.id, ())) if cleared else [view]
    if cleared:
        views.clear_views(workspace, user.id)
    else:
        views.close_view(workspace, view)
    answer: Json = {"ok": True, "delivered": True, "status": "closed"}
    for each in reversed(leaving):
        if each.content.get("notify_on_close"):
            gone = ViewSurface(app=workspace.apps[each.app_id], view=each)
            payload = payloads.view_closed(
                workspace, gone.app, user, view=gone.to_json(workspace), is_cleared=cleared
            )
            answer = outcome(gone.app, await exchange.courier.interaction(gone.app, payload), "Closing")
    return answer


def _obey(exchange: Exchange, user: User, surface: ViewSurface, ack: Ack) -> Json:
    """Do what the bot's acknowledgement says; a view that Slack would refuse is reported."""
    workspace, view, app = exchange.workspace, surface.view, surface.app
    body = ack.body if isinstance(ack.body, dict) else {}
    try:
        match body.get("response_action"):
            case "errors":
                return _errors(exchange, surface, body.get("errors"))
            case "update":
                views.update_view(workspace, view, body.get("view"))
                return {"result": "updated", "updated": True}
            case "push":
                pushed = views.push_view(workspace, app, user.id, body.get("view"))
                return {"result": "pushed", "pushed": True, "view_id": pushed.id}
            case "clear":
                views.clear_views(workspace, user.id)
                return {"result": "cleared", "closed": True}
            case _:
                views.close_view(workspace, view)
                return {"result": "closed", "closed": True}
    except Refusal as refusal:
        message = f"{app.name} answered with a view that Slack refuses: {refusal.code} {refusal.detail}"
        return {"ok": False, "error": refusal.code, "message": message, "result": "failed"}


def _errors(exchange: Exchange, surface: ViewSurface, errors: object) -> Json:
    """Errors go under input blocks; Slack rejects an answer that names any other block."""
    if not isinstance(errors, Mapping) or not errors:
        raise Refusal("invalid_errors")
    inputs = {each.key[0] for each in located(surface.blocks) if each.block["type"] == "input"}
    if unknown := sorted(set(errors) - inputs):
        raise Refusal("invalid_errors", unknown_blocks=unknown)
    shown = {str(block): str(text) for block, text in errors.items()}
    _show_errors(exchange, surface, shown)
    return {"result": "errors", "errors": shown}


def _show_errors(exchange: Exchange, surface: ViewSurface, errors: dict[str, str]) -> None:
    if surface.view.errors != errors:
        surface.view.errors = errors
        exchange.workspace.emit("view", "view_errors_shown", user=surface.view.user, view=surface.view)


def _response_urls(exchange: Exchange, user: User, surface: ViewSurface) -> list[Json]:
    """One response URL for each channel chosen in a menu with ``response_url_enabled``."""
    urls = []
    for place in located(surface.blocks):
        block_id, action_id = place.key
        held = surface.view.state.get(block_id, {}).get(action_id, {})
        channel = held.get("selected_conversation") or held.get("selected_channel")
        if place.element.get("response_url_enabled") and channel:
            hook = exchange.hooks.issue("actions", app_id=surface.app.id, user_id=user.id, channel_id=channel)
            urls.append(
                {
                    "block_id": block_id,
                    "action_id": action_id,
                    "channel_id": channel,
                    "response_url": exchange.hooks.url(hook),
                }
            )
    return urls
