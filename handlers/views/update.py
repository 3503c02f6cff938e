"""A stakeholder update in Slack: three lines that a phone shows, then the rest.

This file may import no picture and no statement: whatever was not released cannot be
shown, because it is not here.
"""

from __future__ import annotations

from collections.abc import Iterable

from handlers.views.kit import Block, Message, context, header, message, section
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, say
from playbooks.domain.digest import Digest, Line, Section, headline

_LEAD = ("Correction", "Impact", "Impact was")
_WORDS = 500


def update(digest: Digest) -> Message:
    """The update as its readers get it."""
    lead = [_shown(part, digest) for part in digest.sections if part.title in _LEAD]
    rest = [_shown(part, digest) for part in digest.sections if part.title not in _LEAD]
    return message(
        join([foreign(headline(digest)), *lead, _promise(digest)]),
        header(headline(digest)),
        section(join([*lead, _promise(digest)])),
        _paragraph(rest),
        section(foreign(digest.note, 1_000)) if digest.note.strip() else None,
        context(say("as of {at}", at=date_and_time(digest.at))),
    )


def rehearsed(digest: Digest, audience: str) -> Message:
    """The same in the room of a drill, so that nobody can take it for news."""
    told = update(digest)
    lead = say("🎓 *DRILL* This is what {audience} would read now.", audience=foreign(audience, 80))
    return message(join([lead, Markup(told.text)]), section(lead), *told.blocks)


def _paragraph(lines: Iterable[Markup]) -> Block | None:
    words = join(lines)
    return section(words) if words.strip() else None


def _shown(part: Section, digest: Digest) -> Markup:
    title = say("*{title}*", title=part.title)
    if len(part.lines) == 1:
        return say("{title} {line}", title=title, line=_line(part.lines[0], digest))
    return join([title, *(say("• {line}", line=_line(line, digest)) for line in part.lines)])


def _line(line: Line, digest: Digest) -> Markup:
    words = foreign(line.text, _WORDS)
    if line.at is None:
        return words
    when = clock_time(line.at) if line.at.date() == digest.at.date() else date_and_time(line.at)
    return say("{words} _({when})_", words=words, when=when)


def _promise(digest: Digest) -> Markup:
    if digest.next_at is None:
        return Markup("*This is the last update.*")
    same_day = digest.next_at.date() == digest.at.date()
    by = clock_time(digest.next_at) if same_day else date_and_time(digest.next_at)
    return say("*Next update by {by}*, even if nothing changes", by=by)
