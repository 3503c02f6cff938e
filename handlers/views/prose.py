"""Our own Markdown as Slack's mrkdwn: modals know no other, and the post-mortem is Markdown.

A line stays a line. Marks are translated, tables become lines that a phone can show, and
what was escaped so that it stays words stays words here too.
"""

from __future__ import annotations

import re

from handlers.views.text import Markup, foreign

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+!|<>~&.-])")
_RULE = re.compile(r"\|[\s:|-]+\|")
_CELLS = re.compile(r"(?<!\\)\|")
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*")
_PERSON = re.compile(r"&lt;@([UW][A-Z0-9]{2,})&gt;")
_HEADING = re.compile(r"#+ +(.+)")
_LISTED = re.compile(r"(\s*)[-*+] +(.*)")
# Slack has no escape for its own marks, so words get a look-alike that means nothing to it.
_HARMLESS = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ", "<": "‹", ">": "›"})
_MARK = "\ue000"  # private use: stands for the marks we make, while words are made harmless
_MOST = 3_000


def mrkdwn(text: str) -> Markup:
    """The lines of a Markdown text, as Slack shows them."""
    lines = (_line(line) for line in text.splitlines() if not _RULE.fullmatch(line.strip()))
    return Markup("\n".join(lines) or " ")


def words(text: str) -> str:
    """Markdown without its marks, for headers and labels, which show none."""
    return _ESCAPED.sub(r"\1", _BOLD.sub(r"\1", text))


def _line(line: str) -> str:
    row = line.strip()
    if len(row) > 1 and row.startswith("|") and row.endswith("|"):
        cells = [cell.strip() for cell in _CELLS.split(row)[1:-1]]
        return " · ".join(_inline(cell) for cell in cells if cell)
    heading, listed = _HEADING.fullmatch(line), _LISTED.fullmatch(line)
    if heading:
        return f"*{_inline(heading[1])}*"
    return f"{listed[1]}• {_inline(listed[2])}" if listed else _inline(line)


def _inline(text: str) -> str:
    marked = _BOLD.sub(rf"{_MARK}\1{_MARK}", text.replace(_MARK, ""))
    kept = _ESCAPED.sub(lambda found: found[1].translate(_HARMLESS), marked)
    return _PERSON.sub(r"<@\1>", foreign(kept, _MOST)).replace(_MARK, "*")
