"""Files: announced, uploaded, completed, shared.

An upload is three steps: the bot asks for a place, sends the bytes there, and says
where to share them; only the last step may happen once.

Source: Slack docs, files.getUploadURLExternal, files.completeUploadExternal.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sandbox import messages
from sandbox.errors import Refusal
from sandbox.model import App, Channel, Draft, File, Message
from sandbox.state import Workspace

MAX_ALT_CHARS = 1000  # Slack docs, files.getUploadURLExternal: alt_txt_too_large
MAX_FILE_BYTES = 1 << 30  # Slack help, "Add files to Slack": 1 GB
_PRETTY = {
    "txt": "Plain Text",
    "md": "Markdown (raw)",
    "png": "PNG",
    "jpg": "JPEG",
    "pdf": "PDF",
    "json": "JSON",
}


def announce(workspace: Workspace, name: str, length: int, user: str, *, alt_text: str | None = None) -> File:
    """A file of which only name and size are known yet."""
    if length <= 0:
        raise Refusal("missing_argument")
    if length > MAX_FILE_BYTES:
        raise Refusal("file_upload_size_restricted")
    if alt_text is not None and len(alt_text) > MAX_ALT_CHARS:
        raise Refusal("alt_txt_too_large")
    suffix = PurePath(name).suffix.lstrip(".").lower() or "binary"
    kind = "text" if suffix == "txt" else suffix
    file = File(
        id=workspace.ids.fresh("F"),
        name=name,
        title=name,
        user=user,
        length=length,
        created=workspace.now(),
        alt_text=alt_text,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        filetype=kind,
        pretty_type=_PRETTY.get(suffix, suffix.upper() if suffix != "binary" else "Binary"),
    )
    workspace.files[file.id] = file
    return file


def upload_path(file: File) -> str:
    """Where the bytes of an announced file are sent."""
    return f"/files/upload/v1/{file.id}"


def receive(workspace: Workspace, file_id: str, content: bytes) -> File:
    """Keep the bytes of an announced file; raises Refusal("file_not_found")."""
    file = workspace.files.get(file_id)
    if file is None or file.completed or file.deleted:
        raise Refusal("file_not_found")
    file.content, file.length = content, len(content)
    return file


def uploaded(workspace: Workspace, file_id: str, user: str) -> File:
    """A file that this user may complete; raises Refusal."""
    file = workspace.files.get(file_id)
    if file is None or file.content is None or file.completed:
        raise Refusal("file_not_found")
    if file.user != user:
        raise Refusal("access_denied")
    return file


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Where files are shown: in which conversation, in which thread, with what said about them."""

    channel: Channel
    thread_ts: str | None = None
    comment: str = ""


def share(workspace: Workspace, files: Sequence[File], where: Share, user: str, app: App | None) -> Message:
    """Post a message that carries the files."""
    draft = Draft(
        channel=where.channel,
        user=user,
        app=app,
        text=where.comment,
        thread_ts=where.thread_ts,
        files=[file.id for file in files],
        subtype="file_share",
    )
    message = messages.post(workspace, draft)
    for file in files:
        file.completed = True
        file.shares.setdefault(where.channel.id, []).append(message.ts)
        workspace.emit("file", "file_shared", channel=where.channel.id, user=user, file=file)
    return message


def visible_to(workspace: Workspace, file: File, user: str) -> bool:
    """Its owner sees a file, and whoever sees a conversation in which it is shared."""
    return file.user == user or any(
        user in workspace.channels[each].members or workspace.channels[each].kind == "public_channel"
        for each in file.shares
        if each in workspace.channels
    )
