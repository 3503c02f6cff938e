"""The strip of alerts as a small picture: when what fired, and when it was declared.

Its words are in ``playbooks.domain.evidence.in_words``: whoever cannot see it misses nothing.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from playbooks.domain.evidence import Lane, Strip

WIDTH = 1_200
_LABELS = 420
"""Pixels for the names of alerts."""
_RIGHT = 36
_TOP, _LANE, _BOTTOM = 64, 52, 40
_BAR = 22
_TICKS = 6
_STEPS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440))
_PAPER, _INK, _FAINT, _GRID = "#ffffff", "#1d1c1d", "#616061", "#e3e3e3"
_FIRING, _DECLARED = "#c4314b", "#1264a3"
_NAME_SIZE, _SMALL_SIZE = 19, 16
_LAST_LETTER = 0x17F
"""Pillow's own font ends with Latin Extended-A."""


def png(drawn: Strip) -> bytes:
    """The picture as a PNG."""
    height = _TOP + _LANE * len(drawn.lanes) + _BOTTOM
    image = Image.new("RGB", (WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    _axis(draw, drawn, height)
    for number, lane in enumerate(drawn.lanes):
        _lane(draw, drawn, lane, number)
    _declared(draw, drawn, height)
    if drawn.more:
        draw.text((16, height - 30), f"and {drawn.more} more", font=_font(_SMALL_SIZE), fill=_FAINT)
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _axis(draw: ImageDraw.ImageDraw, drawn: Strip, height: int) -> None:
    """Times of day above, on round minutes."""
    whole = drawn.until - drawn.since
    step = next((step for step in _STEPS if whole <= step * _TICKS), _STEPS[-1])
    tick = datetime.fromtimestamp(
        -(-drawn.since.timestamp() // step.total_seconds()) * step.total_seconds(), tz=drawn.since.tzinfo
    )
    while tick <= drawn.until:
        x = _x(drawn, tick)
        draw.line((x, _TOP - 8, x, height - _BOTTOM), fill=_GRID, width=2)
        draw.text((x, _TOP - 32), f"{tick:%H:%M}", font=_font(_SMALL_SIZE), fill=_FAINT, anchor="ma")
        tick += step
    draw.text((16, _TOP - 32), "UTC", font=_font(_SMALL_SIZE), fill=_FAINT)


def _lane(draw: ImageDraw.ImageDraw, drawn: Strip, lane: Lane, number: int) -> None:
    top, name = _TOP + _LANE * number, _drawable(lane.title) or _in_other_words(lane, number)
    draw.text((16, top + 6), _cut(name, _NAME_SIZE), font=_font(_NAME_SIZE), fill=_INK)
    draw.text((16, top + 28), _cut(_drawable(lane.origin), _SMALL_SIZE), font=_font(_SMALL_SIZE), fill=_FAINT)
    middle = top + _LANE // 2
    draw.line((_LABELS, middle, WIDTH - _RIGHT, middle), fill=_GRID, width=2)
    for span in lane.spans:
        start, end = _x(drawn, span.start), _x(drawn, span.end or drawn.at)
        box = (start, middle - _BAR // 2, max(end, start + 4), middle + _BAR // 2)
        draw.rounded_rectangle(box, radius=4, fill=_FIRING)


def _declared(draw: ImageDraw.ImageDraw, drawn: Strip, height: int) -> None:
    x = _x(drawn, drawn.declared_at)
    for y in range(_TOP - 8, height - _BOTTOM, 12):
        draw.line((x, y, x, y + 6), fill=_DECLARED, width=3)
    at = (min(max(x, _LABELS + 60), WIDTH - _RIGHT - 60), height - 30)
    draw.text(at, f"declared {drawn.declared_at:%H:%M}", font=_font(_SMALL_SIZE), fill=_DECLARED, anchor="ma")


def _x(drawn: Strip, at: datetime) -> int:
    share = (at - drawn.since) / (drawn.until - drawn.since)
    return round(_LABELS + min(max(share, 0.0), 1.0) * (WIDTH - _RIGHT - _LABELS))


def _drawable(words: str) -> str:
    """The words if the font has letters for them; empty if it has not, for boxes tell nobody anything."""
    return words if all(ord(letter) <= _LAST_LETTER for letter in words) else ""


def _in_other_words(lane: Lane, number: int) -> str:
    """For a title in letters that the font has not: its place in the words and its service."""
    service = _drawable(lane.service)
    return f"Alert {number + 1} on {service}" if service else f"Alert {number + 1}"


def _cut(words: str, size: int) -> str:
    """As much as fits into the column of names; on one line, whatever a sender wrote."""
    line, font = " ".join(words.split())[:200], _font(size)
    if font.getlength(line) <= _LABELS - 32:
        return line
    while line and font.getlength(f"{line}…") > _LABELS - 32:
        line = line[:-1]
    return f"{line}…"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow: every machine draws the same picture."""
    return ImageFont.load_default(size)
