"""Conversations themselves: creating, finding, entering, leaving, naming, archiving."""

from __future__ import annotations

from sandbox import channels
from sandbox.api.registry import Call, Json, every_kind, method, scope_for
from sandbox.arguments import invalid
from sandbox.channels import may_see
from sandbox.conversation_shapes import channel_json
from sandbox.errors import Refusal
from sandbox.model import Channel
from sandbox.paging import metadata, page

MAX_INVITED = 100  # Slack docs, conversations.invite, "users"
MAX_MPIM_OTHERS = 8  # Slack docs, conversations.open, "users"


def _shown(call: Call, channel: Channel, *, size: bool = False) -> Json:
    return {"channel": channel_json(call.workspace, channel, call.user, members=size)}


def listed_kinds(call: Call) -> set[str]:
    """The kinds of conversation asked for with ``types``, each of which needs its own scope."""
    kinds = call.arguments.names("types") or ["public_channel"]
    known = {"public_channel", "private_channel", "mpim", "im"}
    if not known.issuperset(kinds):
        raise Refusal("invalid_types")
    for kind in kinds:
        call.need(scope_for(kind, "read"))
    return set(kinds)


@method("conversations.create", *every_kind("manage"), tier=2)
def create(call: Call) -> Json:
    private = call.arguments.flag("is_private")
    call.need(scope_for("private_channel" if private else "public_channel", "manage"))
    if "name" not in call.arguments:
        raise Refusal("invalid_name_required")
    name = call.arguments.text("name")
    return _shown(call, channels.create(call.workspace, name, call.user, private=private))


@method("conversations.info", *every_kind("read"), tier=3)
def info(call: Call) -> Json:
    channel = call.channel("read")
    shown = _shown(call, channel, size=call.arguments.flag("include_num_members"))
    if call.arguments.flag("include_locale"):
        shown["channel"]["locale"] = "en-US"
    return shown


@method("conversations.list", *every_kind("read"), tier=2, paged=True)
def list_conversations(call: Call) -> Json:
    workspace = call.workspace
    kinds = listed_kinds(call)
    exclude = call.arguments.flag("exclude_archived")
    found = [
        channel
        for channel in workspace.channels.values()
        if channel.kind in kinds
        and not (exclude and channel.is_archived)
        and may_see(workspace, channel, call.user)
    ]
    shown, cursor = page(
        workspace, call.arguments, found, kind="conversation", default=100, most=999, refusal="invalid_limit"
    )
    listed = [channel_json(workspace, each, call.user, listed=True) for each in shown]
    return {"channels": listed, **metadata(cursor)}


@method("conversations.members", *every_kind("read"), tier=4, paged=True)
def members(call: Call) -> Json:
    channel = call.channel("read")
    inside = list(channel.members)
    shown, cursor = page(
        call.workspace, call.arguments, inside, kind="member", default=100, most=999, refusal="invalid_limit"
    )
    return {"members": shown, **metadata(cursor)}


@method("conversations.join", "channels:join", tier=3)
def join(call: Call) -> Json:
    channel = call.channel()
    if channels.join(call.workspace, channel, call.user):
        return _shown(call, channel)
    warning = "already_in_channel"
    return _shown(call, channel) | {"warning": warning, "response_metadata": {"warnings": [warning]}}


@method("conversations.leave", *every_kind("manage"), tier=3)
def leave(call: Call) -> Json:
    channel = call.channel("manage")
    left = channels.leave(call.workspace, channel, call.user)
    # No error, says the page, but its example of this answer is not ok.
    return {} if left else {"ok": False, "not_in_channel": True}


@method("conversations.kick", *every_kind("manage"), tier=3)
def kick(call: Call) -> Json:
    channels.kick(call.workspace, call.channel("manage"), call.arguments.required("user"), call.user)
    return {"errors": {}}


@method("conversations.invite", *every_kind("manage"), *every_kind("write.invites"), tier=3)
def invite(call: Call) -> Json:
    """Without ``force`` one user who cannot be invited fails the call for everybody."""
    channel = call.channel("manage", "write.invites")
    users = call.arguments.names("users")
    if not users:
        raise Refusal("no_user")
    if len(users) > MAX_INVITED:
        raise invalid(f"[ERROR] no more than {MAX_INVITED} items allowed [json-pointer:/users]")
    force = call.arguments.flag("force")
    refused = channels.invite(call.workspace, channel, users, call.user, force=force)
    errors = [{"user": each.user, "ok": False, "error": each.error} for each in refused]
    if refused and (not force or len(refused) == len(set(users))):
        raise Refusal(refused[0].error, errors=errors)
    return _shown(call, channel) | ({"errors": errors} if errors else {})


@method("conversations.open", "im:write", "mpim:write", tier=3)
def open_conversation(call: Call) -> Json:
    """Open (or find) a direct message by its id or by the people in it."""
    workspace, arguments = call.workspace, call.arguments
    users = arguments.names("users")
    if bool(users) == ("channel" in arguments):
        raise Refusal("invalid_arguments" if users else "users_list_not_supplied")
    if "channel" in arguments:
        channel = call.channel()
        if not channel.is_direct:
            raise Refusal("method_not_supported_for_channel_type")
        made = False
    else:
        _check_partners(call, users)
        channel, made = channels.open_direct(
            workspace, {call.user, *users}, create_new=not arguments.flag("prevent_creation")
        )
    call.need(scope_for(channel.kind, "write"))
    already = {} if made or call.user in channel.closed_for else {"no_op": True, "already_open": True}
    channel.closed_for.discard(call.user)
    whole = channel_json(workspace, channel, call.user)
    return already | {"channel": whole if arguments.flag("return_im") else {"id": channel.id}}


def _check_partners(call: Call, users: list[str]) -> None:
    if len(users) > MAX_MPIM_OTHERS:
        raise Refusal("too_many_users")
    for each in users:
        person = call.workspace.users.get(each)
        if person is None:
            raise Refusal("user_not_found")
        if person.deleted:
            raise Refusal("user_disabled")
        if person.is_bot and person.id != call.user:
            raise Refusal("cannot_dm_bot")


@method("conversations.close", "im:write", "mpim:write", tier=2)
def close(call: Call) -> Json:
    channel = call.channel()
    if not channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    if call.user in channel.closed_for:
        return {"no_op": True, "already_closed": True}
    channel.closed_for.add(call.user)
    return {}


@method("conversations.rename", *every_kind("manage"), tier=2)
def rename(call: Call) -> Json:
    channel = call.channel("manage")
    if "name" not in call.arguments:
        raise Refusal("invalid_name_required")
    channels.rename(call.workspace, channel, call.arguments.text("name"), call.user)
    return _shown(call, channel, size=True)


@method("conversations.setTopic", *every_kind("manage"), *every_kind("write.topic"), tier=2)
def set_topic(call: Call) -> Json:
    channel = call.channel("manage", "write.topic")
    if "topic" not in call.arguments:
        call.arguments.required("topic")
    channels.set_topic(call.workspace, channel, call.arguments.text("topic"), call.user)
    return _shown(call, channel)


@method("conversations.setPurpose", *every_kind("manage"), *every_kind("write.topic"), tier=2)
def set_purpose(call: Call) -> Json:
    channel = call.channel("manage", "write.topic")
    if "purpose" not in call.arguments:
        call.arguments.required("purpose")
    channels.set_purpose(call.workspace, channel, call.arguments.text("purpose"), call.user)
    return _shown(call, channel)


@method("conversations.archive", *every_kind("manage"), tier=2)
def archive(call: Call) -> Json:
    channels.archive(call.workspace, call.channel("manage"), call.user)
    return {}


@method("conversations.unarchive", *every_kind("manage"), tier=2)
def unarchive(call: Call) -> Json:
    channels.unarchive(call.workspace, call.channel("manage"), call.user)
    return {}


@method("conversations.mark", *every_kind("manage"), tier=3)
def mark(call: Call) -> Json:
    channel, ts = call.channel("manage"), call.arguments.required("ts")
    if ts not in channel.everything and not ts.replace(".", "", 1).isdigit():
        raise Refusal("invalid_timestamp")
    channels.mark(call.workspace, channel, call.user, ts)
    return {}
