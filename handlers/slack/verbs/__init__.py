"""What each verb does: the same for a command, a button and the picker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from handlers.names import Verb, fits
from handlers.slack import backfilling, confiding, decisions, drilling, kinship, merging, reporting, tasks
from handlers.slack.calls import Call
from handlers.slack.verbs import leading, looking, saying, seat, teams, workstreams
from handlers.views.answers import too_long, which_incident
from handlers.views.kit import Message
from playbooks.domain.role import Role
from playbooks.protocol import find

OFFERED = 5
"""So many incidents are offered when it is not clear which one is meant."""


@dataclass(frozen=True, slots=True)
class Does:
    """A verb's deed, and what it needs."""

    run: Callable[[Call], Awaitable[Message | None]]
    """Returns what to answer; None if a modal was opened."""
    needs_incident: bool = True
    only_looks: bool = False
    """It changes nothing, so where one incident is live nobody has to be asked which one is meant."""
    after_the_end: bool = False
    """It may be about an incident that is over."""


VERBS: dict[Verb, Does] = {
    Verb.MENU: Does(looking.show_menu, needs_incident=False, only_looks=True),
    Verb.HELP: Does(looking.show_help, needs_incident=False, only_looks=True),
    Verb.DECLARE: Does(leading.declare, needs_incident=False),
    Verb.REPORT: Does(reporting.typed, needs_incident=False),
    Verb.MERGE: Does(merging.typed),
    Verb.LIST: Does(looking.show_live, needs_incident=False, only_looks=True),
    Verb.KNOWN: Does(looking.show_known, needs_incident=False, only_looks=True),
    Verb.FREEZE: Does(looking.show_freeze, needs_incident=False, only_looks=True),
    Verb.STATUS: Does(looking.show_status, only_looks=True, after_the_end=True),
    Verb.SEARCH: Does(looking.search_log, only_looks=True, after_the_end=True),
    Verb.CATCHUP: Does(looking.catch_up, only_looks=True, after_the_end=True),
    Verb.FACTS: Does(looking.show_facts, only_looks=True),
    Verb.REVIEW: Does(looking.show_review, after_the_end=True),
    Verb.JOIN: Does(looking.join),
    Verb.LOG: Does(saying.log),
    Verb.CORRECT: Does(saying.correct, after_the_end=True),
    Verb.TASK: Does(tasks.typed),
    Verb.TASKS: Does(tasks.show, only_looks=True, after_the_end=True),
    Verb.DECIDE: Does(decisions.typed, after_the_end=True),
    **{verb: Does(saying.stating(verb)) for verb in saying.KINDS},
    Verb.VERIFY: Does(saying.verify),
    Verb.RELEASE: Does(saying.release),
    Verb.REFUTE: Does(saying.refute),
    Verb.UPDATE: Does(saying.update, after_the_end=True),
    Verb.TAKE: Does(seat.take),
    Verb.CONTEST: Does(seat.contest),
    Verb.YIELD: Does(seat.give_way),
    Verb.HANDOVER: Does(seat.hand_over),
    Verb.DEPUTY: Does(seat.appointing(Role.DEPUTY)),
    Verb.SCRIBE: Does(seat.appointing(Role.SCRIBE)),
    Verb.COMMS: Does(seat.appointing(Role.COMMS)),
    Verb.LEAD: Does(workstreams.lead),
    Verb.TEAM: Does(teams.team),
    Verb.RECALL: Does(seat.recall),
    Verb.OVERRIDE: Does(seat.override),
    Verb.THAW: Does(leading.thaw),
    Verb.APPROVE: Does(leading.approvals),
    Verb.DENY: Does(leading.approvals),
    Verb.MITIGATE: Does(leading.mitigate),
    Verb.RESOLVE: Does(leading.finish),
    Verb.SEVERITY: Does(leading.severity),
    Verb.BREAK_GLASS: Does(leading.break_glass),
    Verb.REOPEN: Does(leading.reopen, after_the_end=True),
    Verb.CLOSE: Does(leading.close, after_the_end=True),
    Verb.BACKFILL: Does(backfilling.typed, needs_incident=False),
    Verb.DRILL: Does(drilling.typed),
    Verb.PRIVATE: Does(confiding.private, needs_incident=False),
    Verb.PUBLIC: Does(confiding.public, after_the_end=True),
    Verb.CHILD: Does(kinship.typed),
}


async def perform(call: Call, verb: Verb) -> Message | None:
    """Do what a verb means; where it needs an incident and none is meant, ask which one."""
    does = VERBS[verb]
    if call.incident is not None or not does.needs_incident:
        return await does.run(call)
    live = await find.live(call.ports)
    if does.only_looks and len(live) == 1:
        return await does.run(replace(call, incident=live[0].id))
    if not fits(call.words):
        return too_long()
    offered = await find.recent(call.ports, limit=OFFERED) if does.after_the_end else live[:OFFERED]
    names = [call.handbook.playbook.severity_name(incident.severity) for incident in offered]
    return which_incident(verb, call.words, offered, names)
