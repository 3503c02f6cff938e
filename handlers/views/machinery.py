"""Trouble with the bot itself, as those who run it see it on their Home tab."""

from __future__ import annotations

from handlers.deps import Trouble, Undelivered
from handlers.views.kit import Block, context, divider, header, section
from handlers.views.notices.outbreak import retry_button, step_in_words
from handlers.views.phrases import code, count
from handlers.views.text import Markup, date_and_time, foreign, join, say
from playbooks.domain.ids import incident_name

_QUEUES = {
    "outbox": ("delivery to Slack", "deliveries to Slack"),
    "inbox": ("delivery from outside", "deliveries from outside"),
    "timers": ("timer", "timers"),
}


def machinery(trouble: Trouble) -> list[Block]:
    """What waits for an operator; nothing if all is well."""
    blocks = [
        *_neglected(trouble),
        *(block for one in trouble.undelivered for block in _undelivered(one)),
        *_put_aside(trouble),
    ]
    return [divider(), header("The bot needs a hand"), *blocks] if blocks else []


def _neglected(trouble: Trouble) -> list[Block]:
    if not trouble.neglected:
        return []
    what = ", ".join(count(rows, *_QUEUES[queue]) for queue, rows in trouble.neglected.items())
    lead = say("⏳ Nobody has taken {what} for over a minute. Are all processes well?", what=what)
    return [section(lead), context(say("{command} says more.", command=code("tocsin doctor")))]


def _undelivered(one: Undelivered) -> list[Block]:
    words = say(
        "⚠️ Not done in {incident}: {step}. {why}",
        incident=incident_name(one.incident),
        step=step_in_words(one.step),
        why=foreign(one.reason, 200),
    )
    return [section(words, accessory=retry_button(one.incident, one.delivery))]


def _put_aside(trouble: Trouble) -> list[Block]:
    if not trouble.put_aside:
        return []
    what = count(trouble.put_aside, *_QUEUES["inbox"])
    command = code("tocsin inbox list --state quarantined")
    lead = say("📥 Nobody understood {what}. See {command}.", what=Markup(what), command=command)
    lines = [
        say(
            "• {source}, {at}: {why} {arrival}",
            source=foreign(one.source, 40),
            at=date_and_time(one.received_at),
            why=foreign(one.reason, 200),
            arrival=code(one.arrival),
        )
        for one in trouble.newest_aside
    ]
    return [section(join([lead, *lines]))]
