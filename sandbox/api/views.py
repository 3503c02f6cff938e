"""Modals and Home tabs: the views.* methods."""

from __future__ import annotations

from typing import Any

from sandbox import views
from sandbox.api.registry import Call, Json, method
from sandbox.arguments import invalid, missing
from sandbox.errors import Refusal
from sandbox.shapes import view_json


def _content(call: Call) -> Any:
    content = call.arguments.structure("view")
    if content is None:
        raise missing("view")
    if not isinstance(content, dict):
        raise invalid("[ERROR] must provide an object [json-pointer:/view]")
    return content


def _user(call: Call) -> str:
    """Who is to see the view: the person behind the trigger, which is spent."""
    trigger = call.arguments.text("trigger_id") or call.arguments.text("interactivity_pointer")
    if not trigger:
        raise missing("trigger_id")
    return call.workspace.triggers.exchange(trigger, call.app.id).user_id


@method("views.open", tier=4)
def views_open(call: Call) -> Json:
    content = views.judged(_content(call), "modal")
    return {"view": view_json(views.open_view(call.workspace, call.app, _user(call), content))}


@method("views.push", tier=4)
def views_push(call: Call) -> Json:
    content = views.judged(_content(call), "modal")
    return {"view": view_json(views.push_view(call.workspace, call.app, _user(call), content))}


@method("views.update", tier=4)
def views_update(call: Call) -> Json:
    content = _content(call)
    view_id, external_id = call.arguments.optional("view_id"), call.arguments.optional("external_id")
    if view_id is None and external_id is None:
        raise missing("view_id")
    view = views.find_view(call.workspace, call.app, view_id, external_id)
    views.update_view(call.workspace, view, content, call.arguments.optional("hash"))
    return {"view": view_json(view)}


@method("views.publish", tier=4)
def views_publish(call: Call) -> Json:
    content, user = _content(call), call.arguments.required("user_id")
    if not call.app.manifest.has_home:
        raise Refusal("not_enabled")
    if user not in call.workspace.users:
        raise invalid("[ERROR] invalid `user_id`")
    view = views.publish_view(call.workspace, call.app, user, content, call.arguments.optional("hash"))
    return {"view": view_json(view)}
