"""Verbs that only look."""

from __future__ import annotations

from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.slack.grammar import readable
from handlers.views.answers import joining
from handlers.views.catchup import caught_up, missed_before
from handlers.views.frozen import freeze_of, freezes
from handlers.views.help import help_text
from handlers.views.kit import Message
from handlers.views.listing import known_errors, live_incidents
from handlers.views.menu import menu, menu_elsewhere
from handlers.views.modals import searching
from handlers.views.review import review_ready
from handlers.views.search import searched
from handlers.views.statements import facts
from handlers.views.status import status
from playbooks.domain.errors import NeedsWords
from playbooks.protocol import catchup, find, freeze, room, search


async def show_menu(call: Call) -> Message:
    """The menu of the incident, or of the places where there is none."""
    if call.incident is None:
        return menu_elsewhere(await find.live(call.ports), call.handbook)
    return menu(await call.picture(), call.user, call.handbook)


async def show_help(_call: Call) -> Message:
    """All verbs on one screen."""
    return help_text()


async def show_live(call: Call) -> Message:
    """The live incidents."""
    return live_incidents(await find.live(call.ports), call.handbook)


async def show_status(call: Call) -> Message:
    """The card, and what stands behind it."""
    return status(await call.picture(), call.handbook)


async def catch_up(call: Call) -> Message:
    """Where it stands and what they missed: since they were last heard of, or since the time they name."""
    page = grammar.page(call.words)
    if page is not None:
        after, before = page
        told = await catchup.earlier(
            call.ports, incident=call.number, by=call.user, after=after, before=before
        )
        return missed_before(told, call.desk.room_url)
    back = grammar.back(call.words)
    if back is None and call.words:
        raise NeedsWords("Say since when as a length of time, such as /incident catchup 30m.")
    told = await catchup.catch_up(call.ports, incident=call.number, by=call.user, back=back)
    return caught_up(told, call.user, call.desk.room_url)


async def search_log(call: Call) -> Message | None:
    """What stands in the log of the incident about the words; a form asks for them."""
    if not call.words:
        await call.show(searching.search(call.number))
        return None
    return await hits(call, readable(call.words))


async def hits(call: Call, words: str) -> Message:
    """The newest entries that hold all of the words."""
    return searched(
        await search.search(call.ports, incident=call.number, words=words), words, call.desk.room_url
    )


async def show_facts(call: Call) -> Message:
    """Facts and hypotheses with their numbers."""
    return facts(await call.picture())


async def show_known(call: Call) -> Message:
    """Known errors about the words."""
    words = readable(call.words)
    return known_errors(await find.known_errors(call.ports, words=words), words, call.handbook)


async def show_freeze(call: Call) -> Message:
    """What is held; outside a room, by every freeze that is on."""
    if call.incident is None:
        return freezes(await freeze.overview(call.ports))
    return freeze_of(await call.picture())


async def show_review(call: Call) -> Message:
    """The post-mortem and its buttons."""
    return review_ready(await call.picture())


async def join(call: Call) -> Message:
    """Be invited into the room, with a button that leads there."""
    incident = await room.join(call.ports, incident=call.number, by=call.user)
    return joining(incident, call.desk.room_url)
