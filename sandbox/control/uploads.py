"""A file that a person drops into a channel."""

from __future__ import annotations

from sandbox.messages import post
from sandbox.model import Channel, Draft, File, Message, User
from sandbox.state import Workspace


def upload_file(
    workspace: Workspace, user: User, channel: Channel, *, name: str, content: str, mimetype: str
) -> tuple[File, Message]:
    """Keep the file and post the message that shares it."""
    body = content.encode()
    extension = name.rpartition(".")[2].lower() or "binary"
    file = File(
        id=workspace.ids.fresh("F"),
        name=name,
        title=name,
        user=user.id,
        length=len(body),
        created=workspace.now(),
        content=body,
        mimetype=mimetype,
        filetype=extension,
        pretty_type=extension.upper(),
        completed=True,
    )
    workspace.files[file.id] = file
    message = post(workspace, Draft(channel=channel, user=user.id, subtype="file_share", files=[file.id]))
    file.shares[channel.id] = [message.ts]
    workspace.emit("file", "file_shared", channel=channel.id, user=user.id, file=file)
    return file, message
