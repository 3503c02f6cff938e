"""Reading our own documents: tables, fenced blocks, headings, links."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table, with the heading it stands under."""

    heading: str
    cells: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """What the first cell sets in code, without backticks."""
        return _CODE.findall(self.cells[0])


def read(name: str) -> str:
    """A page by its path from the root of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def fences(text: str, language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return [body for name, body in _FENCE.findall(text) if name == language]


def rows(text: str) -> Iterator[Row]:
    """Every row of every table, without the lines above and below which there is none."""
    heading, above = "", ""
    for line in _FENCE.sub("", text).splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if line.startswith("|") and above.startswith("|") and not line.startswith("|---"):
            cells = line.strip().strip("|").replace(r"\|", "\0").split("|")
            yield Row(heading=heading, cells=tuple(cell.strip().replace("\0", "|") for cell in cells))
        above = line


def links(text: str) -> list[str]:
    """The targets of links and images outside of fenced blocks."""
    return _LINK.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """What a link can point at within a page, by the rule of the usual hosts for Markdown."""
    titles = [re.sub(r"[^\w\s-]", "", title.casefold()) for title in _HEADING.findall(_FENCE.sub("", text))]
    return {title.strip().replace(" ", "-") for title in titles}


@cache
def committed() -> tuple[str, ...]:
    """The files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    return tuple(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
