"""Words for Slack: foreign ones lose their power here, ours keep theirs.

Slack reads ``&``, ``<`` and ``>`` as control characters (Slack docs, formatting message
text): whoever can write ``<!channel>`` into an alert could wake everybody. So a piece of
text is either ``Markup``, made by the functions below, or foreign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

MAX_URL = 3_000  # Slack docs, Block Kit reference, button: url

_ELLIPSIS = "…"
# Control characters, marks that reverse the direction of reading, and halves of characters.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_TOKEN = re.compile(r"<(?:([@#!])[A-Za-z0-9^]+(?:\|([^<>|]*))?|(https?://[^<>|\s]+)(?:\|[^<>]*)?)>")
_TOKEN_TAIL = re.compile(r"(?:<[^<>]*|&[a-z]{0,4})\Z")
_USER = re.compile(r"[UW][A-Z0-9]{2,}\Z")
_ESCAPED_DATE = re.compile(r"&lt;(!date\^\d{1,12}\^[{}a-z_ ]{1,40}\|[0-9: -]{5,25} UTC)&gt;")
_ESCAPED_USER = re.compile(r"&lt;@([UW][A-Z0-9]{2,})(?:\|[^&<>]*)?&gt;")


class Markup(str):
    """Text that Slack may interpret, because every foreign part of it was escaped."""

    __slots__ = ()


def foreign(text: str, limit: int = 300) -> Markup:
    """Somebody else's words on one line, without any power."""
    return clip(_escape(" ".join(_clean(text, 2 * limit).split())), limit)


def quoted(text: str, limit: int = 1_500) -> Markup:
    """Somebody else's words as a quotation; their lines stay lines."""
    lines = _escape(_clean(text, 2 * limit).strip()).splitlines() or [""]
    return clip("\n".join(f"> {line}" for line in lines), limit)


def plain(text: str, limit: int) -> str:
    """Somebody else's words where Slack reads no markup, such as headers and options."""
    words = " ".join(_clean(text, 2 * limit).split())
    return _cut(words.replace("<", "‹").replace(">", "›"), limit)


def refusal(text: str) -> Markup:
    """The words of a ``ProtocolError``: only the mentions and the dates in it keep their meaning."""
    words = _ESCAPED_DATE.sub(r"<\1>", _escape(_UNSEEN.sub("", text[:4_000])))
    return clip(_ESCAPED_USER.sub(r"<@\1>", words), 1_000)


def dated(text: str, limit: int = 300) -> Markup:
    """Somebody else's words on one line, of which only dates keep their meaning."""
    words = " ".join(_UNSEEN.sub("", text[: 4 * limit]).split())
    return clip(_ESCAPED_DATE.sub(r"<\1>", _escape(words)), limit)


def say(template: str, /, **values: object) -> Markup:
    """Fill our own sentence; values that are not ``Markup`` are foreign."""
    return Markup(template.format_map({name: _safe(value) for name, value in values.items()}))


def person(user: str) -> Markup:
    """A mention of somebody in Slack; the bare words for anything else."""
    return Markup(f"<@{user}>") if _USER.match(user) else foreign(user, 80)


def people(users: Iterable[str], *, nobody: str = "nobody") -> Markup:
    """Several mentions in one phrase; after ten only the number of the others."""
    named = [person(user) for user in users]
    shown = named[:10]
    if len(named) > len(shown):
        shown.append(Markup(f"{len(named) - 10} others"))
    if not shown:
        return Markup(nobody)
    return Markup(shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}")


def room(channel: str) -> Markup:
    """A link to a conversation, by its id."""
    return Markup(f"<#{channel}>") if re.match(r"[CGD][A-Z0-9]+\Z", channel) else foreign(channel, 80)


def link(url: str, label: str) -> Markup:
    """A link with our label if the address is one that a browser opens; the label alone otherwise."""
    words = foreign(label, 100)
    if not is_address(url):
        return words
    return Markup(f"<{_escape(url).replace('|', '%7C')}|{words.replace('|', '¦')}>")


def is_address(url: str) -> bool:
    """Whether it is an http(s) address of a length that Slack takes, without blanks in it."""
    fits = len(url) <= MAX_URL - 100
    return fits and re.match(r"https?://[^\s<>\x00-\x1f]+\Z", url) is not None


def clock_time(at: datetime) -> Markup:
    """The time of day in the reader's own zone; 14:03 UTC where Slack cannot tell."""
    return Markup(f"<!date^{int(at.timestamp())}^{{time}}|{utc_time(at)}>")


def date_and_time(at: datetime) -> Markup:
    """Day and time in the reader's own zone."""
    fallback = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Markup(f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>")


def utc_time(at: datetime) -> str:
    """The time of day as notifications and texts print it."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


def join(parts: Iterable[str], between: str = "\n") -> Markup:
    """Markup pieces in a row; a foreign piece among them is escaped."""
    return Markup(between.join(_safe(part) for part in parts))


def clip(text: str, limit: int) -> Markup:
    """Escaped text cut by code points, never inside an entity, a mention or a link."""
    if len(text) <= limit:
        return Markup(text)
    return Markup(_TOKEN_TAIL.sub("", text[: limit - 1]) + _ELLIPSIS)


def visible(text: str, limit: int) -> str:
    """Somebody's words as an input field may hold them: nothing unseen, cut to what it takes."""
    return _cut(_clean(text, limit), limit)


def _safe(value: object) -> str:
    return value if isinstance(value, Markup) else foreign(str(value))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clean(text: str, limit: int) -> str:
    """Printable text; cut before anything walks over a hundred kilobytes."""
    return _TOKEN.sub(_flat, _UNSEEN.sub("", text[: 4 * limit]))


def _flat(token: re.Match[str]) -> str:
    """A mention or link that people wrote in Slack, as words: ``@bob``, ``#general``, an address."""
    kind, label, address = token.groups()
    return address or (f"{'@' if kind == '!' else kind}{label}" if label else token[0])


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS
