"""Files and canvases: the files.*, canvases.* and conversations.canvases.* methods."""

from __future__ import annotations

from sandbox import canvases, channels, file_store
from sandbox.api.registry import Call, Json, method
from sandbox.arguments import invalid, missing
from sandbox.content import check_may_post
from sandbox.errors import Refusal
from sandbox.file_store import Share
from sandbox.markup import sanitised
from sandbox.model import Channel, File
from sandbox.shapes import file_json

MAX_CHANNELS = 100  # Slack docs, files.completeUploadExternal: channels_limit_exceeded


@method("files.getUploadURLExternal", "files:write", tier=4)
def get_upload_url(call: Call) -> Json:
    arguments = call.arguments
    if "length" not in arguments:
        raise missing("length")
    file = file_store.announce(
        call.workspace,
        arguments.required("filename"),
        arguments.number("length", 0),
        call.user,
        alt_text=arguments.optional("alt_txt"),
    )
    return {"upload_url": call.workspace.base_url + file_store.upload_path(file), "file_id": file.id}


@method("files.completeUploadExternal", "files:write", tier=4)
def complete_upload(call: Call) -> Json:
    """Share uploaded files, or keep them private; a file can be completed once."""
    files = _named_files(call)
    comment = sanitised(call.arguments.text("initial_comment"))
    thread_ts = call.arguments.optional("thread_ts")
    targets = _targets(call)
    for channel in targets:
        where = Share(channel=channel, thread_ts=thread_ts, comment=comment)
        _share(call, files, where)
    for file in files:
        file.completed = True
    return {"files": [file_json(call.workspace, file) for file in files]}


def _share(call: Call, files: list[File], where: Share) -> None:
    """A thread that cannot be is a mistake in the arguments; this method has no code for it."""
    try:
        file_store.share(call.workspace, files, where, call.user, call.app)
    except Refusal as refusal:
        raise invalid(f"[ERROR] {refusal.code} [json-pointer:/thread_ts]") from refusal


def _named_files(call: Call) -> list[File]:
    named = call.arguments.structure("files")
    if named is None:
        raise missing("files")
    if not isinstance(named, list) or not named or not all(isinstance(each, dict) for each in named):
        raise invalid("[ERROR] must provide an array [json-pointer:/files]")
    files = [file_store.uploaded(call.workspace, str(each.get("id")), call.user) for each in named]
    for file, each in zip(files, named, strict=True):
        file.title = each.get("title") or file.title
    return files


def _targets(call: Call) -> list[Channel]:
    ids = call.arguments.names("channels") or call.arguments.names("channel_id")
    if len(ids) > MAX_CHANNELS:
        raise Refusal("channels_limit_exceeded")
    found = []
    for each in ids:
        channel = channels.visible(call.workspace, each, call.user)
        _check_may_share(call, channel)
        found.append(channel)
    return found


def _check_may_share(call: Call, channel: Channel) -> None:
    """A method of its own has codes of its own: only a missing membership is named."""
    try:
        check_may_post(call.workspace, channel, call.user, reply=False, anywhere=False)
    except Refusal as refusal:
        if refusal.code == "not_in_channel":
            raise
        raise Refusal("posting_to_channel_denied") from refusal


def _file(call: Call, name: str, otherwise: str) -> File:
    file = call.workspace.files.get(call.arguments.required(name))
    if file is None or not file_store.visible_to(call.workspace, file, call.user):
        raise Refusal(otherwise)
    return file


@method("files.info", "files:read", tier=4)
def files_info(call: Call) -> Json:
    file = _file(call, "file", "file_not_found")
    if file.deleted:
        raise Refusal("file_deleted")
    shown: Json = {
        "file": file_json(call.workspace, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }
    if file.content is not None and file.mimetype.startswith("text/"):
        shown["content"] = file.content.decode("utf-8", errors="replace")
    return shown


@method("files.delete", "files:write", tier=3)
def files_delete(call: Call) -> Json:
    file = _file(call, "file", "file_not_found")
    if file.deleted:
        raise Refusal("file_deleted")
    if file.user != call.user:
        raise Refusal("cant_delete_file")
    file.deleted, file.content = True, None
    call.workspace.emit("file", "file_deleted", user=call.user, file=file)
    return {}


@method("canvases.create", "canvases:write", tier=2)
def canvases_create(call: Call) -> Json:
    arguments = call.arguments
    content = arguments.structure("document_content")
    return {"canvas_id": canvases.create(call.workspace, call.user, arguments.text("title"), content).id}


@method("conversations.canvases.create", "canvases:write", tier=2)
def channel_canvas_create(call: Call) -> Json:
    channel = call.workspace.channels.get(call.arguments.required("channel_id"))
    if channel is None or not channels.may_see(call.workspace, channel, call.user):
        raise Refusal("channel_canvas_creation_failed")
    if channel.canvas is not None:
        raise Refusal("channel_canvas_already_exists")
    if call.user not in channel.members or channel.is_archived:
        raise Refusal("channel_canvas_creation_failed")
    arguments = call.arguments
    content = arguments.structure("document_content")
    canvas = canvases.create(call.workspace, call.user, arguments.text("title", channel.name), content)
    channel.canvas = canvas.id
    canvas.shares[channel.id] = []
    call.workspace.emit("channel", "canvas_attached", channel=channel.id, user=call.user)
    return {"canvas_id": canvas.id}


def _canvas(call: Call) -> File:
    canvas = _file(call, "canvas_id", "canvas_not_found")
    if not canvas.is_canvas or canvas.deleted:
        raise Refusal("canvas_not_found")
    return canvas


@method("canvases.edit", "canvases:write", tier=3)
def canvases_edit(call: Call) -> Json:
    canvas, changes = _canvas(call), call.arguments.structure("changes")
    if changes is None:
        raise missing("changes")
    if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
        raise invalid("[ERROR] no more than 1 items allowed [json-pointer:/changes]")
    canvases.edit(call.workspace, canvas, changes[0])
    return {}


@method("canvases.delete", "canvases:write", tier=3)
def canvases_delete(call: Call) -> Json:
    canvas = _canvas(call)
    canvas.deleted = True
    for channel in call.workspace.channels.values():
        if channel.canvas == canvas.id:
            channel.canvas = None
    return {}


@method("canvases.sections.lookup", "canvases:read", tier=3)
def canvases_sections_lookup(call: Call) -> Json:
    canvas, criteria = _canvas(call), call.arguments.structure("criteria")
    if not isinstance(criteria, dict):
        raise missing("criteria")
    kinds, wanted = criteria.get("section_types"), str(criteria.get("contains_text") or "")
    found = [
        {"id": section.id}
        for section in canvas.sections
        if wanted in section.markdown and (not kinds or section.kind in kinds or "any_header" in kinds)
    ]
    return {"sections": found}
