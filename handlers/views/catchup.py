"""``/incident catchup``: what somebody has to know who comes back, for them alone.

Where it stands first, then what is known, decided and undecided, what is to be done, and what
happened since they were last heard of.
"""

from __future__ import annotations

from datetime import timedelta

from handlers.names import Verb
from handlers.views.decisions import undecided
from handlers.views.happenings import RoomUrl, happening
from handlers.views.kit import Block, Element, Message, actions, divider, message, section
from handlers.views.phrases import commander, count, due, named, sign, state_word, verb_button
from handlers.views.statements import statement_line
from handlers.views.tasks import counted, task_line
from handlers.views.text import Markup, clock_time, date_and_time, join, say
from playbooks.domain.ids import UserId
from playbooks.domain.statement import StatementStatus
from playbooks.domain.task import in_order
from playbooks.protocol.catchup import Catchup, Missed, Since
from playbooks.protocol.picture import Picture

_STATEMENTS = 5
_TASKS = 5
_A_DAY = timedelta(hours=20)
"""From this age on a time of day alone could be mistaken for today's."""


def caught_up(told: Catchup, user: UserId, room_url: RoomUrl) -> Message:
    """Everything, on one screen."""
    picture = told.picture
    return message(
        _lead(picture),
        section(_lead(picture)),
        _known(picture),
        _decided(told, room_url),
        *undecided(picture),
        _tasks(picture, user),
        divider(),
        *_missed(told, room_url),
        actions(
            *_earlier(told),
            verb_button("Status", Verb.STATUS, picture.incident.id),
            verb_button("Facts and hypotheses", Verb.FACTS, picture.incident.id),
            verb_button("Tasks", Verb.TASKS, picture.incident.id),
        ),
    )


def missed_before(told: Catchup, room_url: RoomUrl) -> Message:
    """The page before the one that was shown."""
    lead = say("Earlier in {incident}", incident=named(told.picture.incident))
    older = _earlier(told)
    rows = _happened(told.missed, room_url, day=_is_old(told)) or Markup("Nothing more.")
    return message(lead, section(join([lead, rows])), actions(*older) if older else None)


def _lead(picture: Picture) -> Markup:
    incident = picture.incident
    where = say(
        "{sign} {named}: *{state}*, {severity}. {commander}.",
        sign=sign(incident),
        named=named(incident),
        state=state_word(incident),
        severity=picture.severity_name,
        commander=commander(picture),
    )
    if picture.due is None:
        return where
    return say("{where}\n*Next update* {when}", where=where, when=due(picture.due, picture.at))


def _known(picture: Picture) -> Block | None:
    fallen = (StatementStatus.REFUTED, StatementStatus.WITHDRAWN)
    standing = [s for s in picture.statements if s.status not in fallen]
    lines = [statement_line(s, picture.number_of(s.id)) for s in standing[-_STATEMENTS:]]
    older = len(standing) - len(lines)
    rest = [say("_and {n} earlier: `/incident facts`_", n=older)] if older > 0 else []
    return section(join([Markup("*What is known*"), *lines, *rest])) if lines else None


def _decided(told: Catchup, room_url: RoomUrl) -> Block | None:
    """What was decided before; what was decided since stands below."""
    below = {entry.seq for entry in told.missed.told}
    lines = [
        happening(e, told.missed.words, room_url, day=_is_old(told))
        for e in told.decided
        if e.seq not in below
    ]
    return section(join([Markup("*Decided*"), *lines])) if lines else None


def _tasks(picture: Picture, user: UserId) -> Block | None:
    waiting = in_order(picture.tasks, user, at=picture.at)
    if not waiting:
        return None
    lines = [task_line(task, picture) for task in waiting[:_TASKS]]
    rest = [Markup("_more: `/incident tasks`_")] if len(waiting) > _TASKS else []
    return section(join([say("*{n}*", n=counted(picture)), *lines, *rest]))


def _missed(told: Catchup, room_url: RoomUrl) -> list[Block]:
    missed = told.missed
    title = say("*Since {when}*", when=_when(missed, day=_is_old(told)))
    happened = _happened(missed, room_url, day=_is_old(told))
    talk = _talk(missed, room_url, day=_is_old(told))
    if not happened and talk is None:
        return [section(say("{title}: nothing happened.", title=title))]
    blocks = [section(join([title, happened or Markup("Nothing was decided, stated or marked.")]))]
    return blocks if talk is None else [*blocks, section(talk)]


def _when(missed: Missed, *, day: bool) -> Markup:
    at = date_and_time(missed.stretch.since) if day else clock_time(missed.stretch.since)
    match missed.stretch.how:
        case Since.LEFT:
            return say("{at}, when you were last heard of here", at=at)
        case Since.BEGAN:
            return say("the declaration at {at}", at=at)
        case Since.ASKED:
            return at


def _happened(missed: Missed, room_url: RoomUrl, *, day: bool) -> Markup:
    """One line an entry; what does not fit is counted."""
    lines = [happening(entry, missed.words, room_url, day=day) for entry in missed.told]
    if missed.unread:
        lines.insert(0, say("_and {n} or more before these_", n=missed.more))
    elif missed.more:
        lines.insert(0, say("_and {n} more before these: press *Earlier*_", n=missed.more))
    return join(lines)


def _talk(missed: Missed, room_url: RoomUrl, *, day: bool) -> Markup | None:
    if not missed.messages:
        return None
    most = say(
        "{n} of others{more}",
        n=count(missed.messages, "message"),
        more=Markup(" and more" if missed.unread else ""),
    )
    last = say("{most}, the last:", most=most) if missed.said else say("{most}.", most=most)
    return join([last, *[happening(entry, missed.words, room_url, day=day) for entry in missed.said]])


def _earlier(told: Catchup) -> list[Element]:
    missed = told.missed
    if not missed.told or not (missed.more or missed.unread):
        return []
    words = f"entries {missed.stretch.after} to {missed.told[0].seq}"
    return [verb_button("Earlier", Verb.CATCHUP, told.picture.incident.id, words=words)]


def _is_old(told: Catchup) -> bool:
    """Whether times need their date."""
    return told.picture.at - told.picture.incident.declared_at > _A_DAY
