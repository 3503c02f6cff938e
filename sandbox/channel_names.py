"""Which names a channel may have.

A new channel is refused a name that does not fit; a renamed one gets a name that was
made to fit. Archived and private channels keep their names from others, too.

Source: Slack docs, conversations.create, conversations.rename.
"""

from __future__ import annotations

from sandbox.errors import Refusal
from sandbox.state import Workspace

MAX_NAME_CHARS = 80  # Slack docs, conversations.create


def checked_name(workspace: Workspace, name: str) -> str:
    """A free and well-formed channel name; raises Refusal with the ``invalid_name…`` code."""
    if not name:
        raise Refusal("invalid_name_required")
    if len(name) > MAX_NAME_CHARS:
        raise Refusal("invalid_name_maxlength")
    if any(not (each.isalnum() and each == each.lower()) and each not in "-_" for each in name):
        raise Refusal("invalid_name_specials")
    if not any(each.isalnum() for each in name):
        raise Refusal("invalid_name_punctuation")
    if workspace.channel_named(name) is not None:
        raise Refusal("name_taken")
    return name


def fitted_name(name: str) -> str:
    """The name that conversations.rename makes of what it was given."""
    lowered = "".join(each if each.isalnum() or each in "-_" else "-" for each in name.lower())
    return lowered[:MAX_NAME_CHARS]
