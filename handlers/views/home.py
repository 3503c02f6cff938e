"""The Home tab: what waits for you, what is live, and the button to declare.

It is drawn for one person. What waits for this person comes first; when nothing does, the
tab says so, because an empty page at night reads like a broken one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from handlers.deps import Trouble
from handlers.names import Action, Ref, Verb
from handlers.views import mine as of_person
from handlers.views.brief import about_offer
from handlers.views.decisions import decision_line, to_decide
from handlers.views.forms import home_tab
from handlers.views.governance import waits_for
from handlers.views.kit import Block, View, actions, button, context, divider, header, section
from handlers.views.listing import line
from handlers.views.machinery import machinery
from handlers.views.mine import RoomUrl
from handlers.views.phrases import code, commander, count, due, named, verb_button
from handlers.views.roles import role_of
from handlers.views.tasks import task_line, to_answer
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain.command import ContestPhase, Handover
from playbooks.domain.decision import Proposal
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import Major
from playbooks.domain.review import Review
from playbooks.domain.signal import Episode
from playbooks.domain.task import Task, in_order
from playbooks.protocol.picture import Picture

_LIVE_SHOWN = 10
_WAITING_SHOWN = 10
"""Questions, each with its answers below it."""
_UNHEARD_SHOWN = 5
_TASKS_SHOWN = 3
"""Of one incident; the rest is behind its menu."""


def home(
    live: Sequence[Picture],
    user: UserId,
    handbook: Handbook,
    *,
    mine: Collection[IncidentId] = (),
    drafts: Sequence[Review] = (),
    unmapped: Sequence[Episode] = (),
    trouble: Trouble | None = None,
    room_url: RoomUrl | None = None,
) -> View:
    """The tab of one person, who takes part in those of the ``live`` incidents that are ``mine``.

    ``drafts`` are post-mortems that this person owes, ``unmapped`` alerts that nobody hears until
    somebody names their service; ``trouble`` is for those who run the bot. Drills come last.
    """
    live = sorted(live, key=lambda picture: picture.incident.drill is not None)
    waits = [group for picture in live for group in _waiting(picture, user, handbook)]
    waiting = [block for group in waits[:_WAITING_SHOWN] for block in group]
    more = len(waits) - _WAITING_SHOWN
    own = [picture for picture in live if picture.incident.id in mine]
    others = [picture for picture in live if picture.incident.id not in mine]
    rows = [block for picture in others[:_LIVE_SHOWN] for block in _row(picture, handbook)]
    duties = of_person.duties(own, user, handbook, drafts)
    theirs = of_person.incidents(own, user, handbook, room_url)
    return home_tab(
        header("What waits for you"),
        *(waiting or [section(Markup("Nothing. Sleep well."))]),
        context(say("and {n} more", n=more)) if more > 0 else None,
        *([divider(), header("Your duties"), *duties] if duties else []),
        *([divider(), header("Your incidents"), *theirs] if theirs else []),
        divider(),
        header("Other live incidents" if theirs else "Live incidents"),
        *(rows or [section(Markup("None."))]),
        *_unheard(unmapped),
        *(machinery(trouble) if trouble else []),
        divider(),
        actions(
            verb_button("Declare an incident…", Verb.DECLARE, None, style="primary"),
            verb_button("Known errors", Verb.KNOWN, None),
            verb_button("Help", Verb.HELP, None),
        ),
        context(Markup("Anybody may declare. A false alarm costs less than silence.")),
    )


def _unheard(unmapped: Sequence[Episode]) -> list[Block]:
    """Alerts that declare nothing, because the catalogue does not know their service."""
    if not unmapped:
        return []
    from_whom = {episode.service_hint: episode.origin for episode in reversed(unmapped)}
    lines = [
        say("• {service}, from {origin}", service=code(hint), origin=foreign(origin, 60))
        for hint, origin in list(from_whom.items())[-_UNHEARD_SHOWN:]
    ]
    lead = Markup("Nothing is declared for them. Add the name to a service in the catalogue, as an alias.")
    return [divider(), header("Alerts of unknown services"), section(join([lead, *lines]))]


def _row(picture: Picture, handbook: Handbook) -> list[Block]:
    incident = picture.incident
    words = join([line(incident, handbook), commander(picture)])
    if incident.major is Major.PROPOSED:
        return [section(words), actions(verb_button("Status", Verb.STATUS, incident.id))]
    buttons = [verb_button("Join", Verb.JOIN, incident.id), verb_button("Status", Verb.STATUS, incident.id)]
    if picture.tenure is None:
        buttons.insert(0, verb_button("Take command", Verb.TAKE, incident.id, style="primary"))
    return [section(words), actions(*buttons)]


def _waiting(picture: Picture, user: UserId, handbook: Handbook) -> list[list[Block]]:
    """Each question with its answers, so that none of them is cut in two."""
    role = role_of(user, picture, handbook)
    whole = [
        *(_offer(offer, picture) for offer in picture.offers if offer.taker == user),
        *of_person.waiting(picture, user),
        *_pairs(waits_for(user, picture)),
        _dispute(picture, user),
        *_pairs(_tasks(picture, user)),
        *(_pairs(_decisions(picture)) if role.commands else []),
        _approvals(picture) if role.commands else [],
        _update(picture) if role.speaks else [],
        _vacancy(picture) if user in handbook.commanders else [],
    ]
    return [group for group in whole if group]


def _pairs(blocks: list[Block]) -> list[list[Block]]:
    """Questions and their answers, which stand in turns."""
    return [blocks[at : at + 2] for at in range(0, len(blocks), 2)]


def _offer(offer: Handover, picture: Picture) -> list[Block]:
    ref = Ref(incident=picture.incident.id, subject=offer.id)
    what, accept, _ = about_offer(offer, picture)
    words = say(
        "🤝 {giver} offers you {what} of {incident}, until {until}.",
        giver=person(offer.giver),
        what=what,
        incident=named(picture.incident),
        until=clock_time(offer.expires_at),
    )
    answers = (
        button(accept, Action.ACCEPT_HANDOVER, ref, style="primary"),
        button("Decline", Action.DECLINE_HANDOVER, ref),
    )
    return [section(words), actions(*answers)]


def _dispute(picture: Picture, user: UserId) -> list[Block]:
    contest = picture.contest
    if contest is None or contest.phase is not ContestPhase.SETTLING or contest.incumbent != user:
        return []
    ref = Ref(incident=picture.incident.id, subject=contest.id)
    words = say(
        "⚖️ Your command of {incident} is disputed. Agree by {until}.",
        incident=named(picture.incident),
        until=clock_time(contest.settles_at),
    )
    return [
        section(words),
        actions(
            button("Yield", Action.CONTEST_YIELD, ref), button("Keep: decide now", Action.CONTEST_KEEP, ref)
        ),
    ]


def _tasks(picture: Picture, user: UserId) -> list[Block]:
    """What they were asked to do, and have not done."""
    mine = [t for t in in_order(picture.tasks, user, at=picture.at) if t.assignee == user and to_answer(t)]
    return [
        block
        for task in mine[:_TASKS_SHOWN]
        for block in (section(_task(task, picture)), actions(*to_answer(task)))
    ]


def _task(task: Task, picture: Picture) -> Markup:
    return say("📋 {incident}\n{line}", incident=named(picture.incident), line=task_line(task, picture))


def _decisions(picture: Picture) -> list[Block]:
    """What silence is about to decide, or may not."""
    return [
        block
        for proposal in picture.undecided[:_TASKS_SHOWN]
        for block in (section(_decision(proposal, picture)), actions(*to_decide(proposal)))
    ]


def _decision(proposal: Proposal, picture: Picture) -> Markup:
    return say(
        "🗳️ {incident}\n{line}", incident=named(picture.incident), line=decision_line(proposal, picture.at)
    )


def _approvals(picture: Picture) -> list[Block]:
    if not picture.pending:
        return []
    words = say(
        "🚧 {n} to approve in {incident}.",
        n=count(len(picture.pending), "change"),
        incident=named(picture.incident),
    )
    return [section(words, accessory=verb_button("Show", Verb.APPROVE, picture.incident.id))]


def _update(picture: Picture) -> list[Block]:
    if picture.due is None:
        return []
    words = say(
        "📤 Update {n} of {incident} is {when}.",
        n=picture.due.number,
        incident=named(picture.incident),
        when=due(picture.due, picture.at),
    )
    return [section(words, accessory=verb_button("Read and send…", Verb.UPDATE, picture.incident.id))]


def _vacancy(picture: Picture) -> list[Block]:
    if picture.tenure is not None or picture.incident.major is not Major.ACCEPTED:
        return []
    words = say("🧭 {incident} has no commander.", incident=named(picture.incident))
    return [
        section(words, accessory=verb_button("Take command", Verb.TAKE, picture.incident.id, style="primary"))
    ]
