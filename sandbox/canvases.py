"""Canvases: documents made of sections, one of which may belong to a channel.

Markdown is cut into sections at blank lines; an edit names a section or works on the
whole.

Source: Slack docs, canvases.create, canvases.edit, canvases.sections.lookup.
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import Refusal
from sandbox.model import File, Section
from sandbox.state import Workspace

OPERATIONS = frozenset(
    {"insert_at_start", "insert_at_end", "insert_before", "insert_after", "replace", "delete", "rename"}
)


def create(workspace: Workspace, user: str, title: str, content: Any) -> File:
    """A canvas with the given document content; raises Refusal("canvas_creation_failed")."""
    sections = _sections(workspace, content, "canvas_creation_failed") if content is not None else []
    file = File(
        id=workspace.ids.fresh("F"),
        name=title or "Untitled",
        title=title or "Untitled",
        user=user,
        length=0,
        created=workspace.now(),
        mimetype="application/vnd.slack-docs",
        filetype="quip",
        pretty_type="Canvas",
        completed=True,
        is_canvas=True,
        sections=sections,
    )
    workspace.files[file.id] = file
    _written(workspace, file, "canvas_created")
    return file


def edit(workspace: Workspace, file: File, change: dict[str, Any]) -> None:
    """Apply one change; raises Refusal("canvas_editing_failed")."""
    operation, section_id = change.get("operation"), change.get("section_id")
    if operation not in OPERATIONS:
        raise _failed(f"unsupported operation: {operation}")
    if operation == "rename":
        file.title = str((change.get("title_content") or {}).get("markdown", file.title))
    elif operation == "delete":
        del file.sections[_position(file, section_id)]
    else:
        new = _sections(workspace, change.get("document_content"), "canvas_editing_failed")
        start, end = _span(file, operation, section_id)
        file.sections[start:end] = new
    _written(workspace, file, "canvas_edited")


def markdown_of(file: File) -> str:
    return "\n\n".join(section.markdown for section in file.sections)


def _span(file: File, operation: str, section_id: str | None) -> tuple[int, int]:
    """Which sections the new ones take the place of."""
    size = len(file.sections)
    if operation == "insert_at_start":
        return 0, 0
    if operation == "insert_at_end":
        return size, size
    if operation == "replace" and section_id is None:
        return 0, size
    at = _position(file, section_id)
    return {"insert_before": (at, at), "insert_after": (at + 1, at + 1), "replace": (at, at + 1)}[operation]


def _position(file: File, section_id: str | None) -> int:
    for position, section in enumerate(file.sections):
        if section.id == section_id:
            return position
    raise _failed(f"section not found: {section_id}")


def _sections(workspace: Workspace, content: Any, code: str) -> list[Section]:
    if not isinstance(content, dict) or content.get("type") != "markdown":
        raise Refusal(code, detail="'content' error: document_content must be of type markdown")
    parts = [part.strip("\n") for part in str(content.get("markdown", "")).split("\n\n")]
    return [
        Section(id=f"temp:C:{workspace.ids.hex(28).lower()}", markdown=part) for part in parts if part.strip()
    ]


def _written(workspace: Workspace, file: File, what: str) -> None:
    file.content = markdown_of(file).encode()
    file.length = len(file.content)
    workspace.emit("file", what, user=file.user, file=file)


def _failed(why: str) -> Refusal:
    return Refusal("canvas_editing_failed", detail=why)
