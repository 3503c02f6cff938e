"""Taking command, disputing it and handing it over.

Every path ends within bounded time, because each open question has an alarm; and every
change of the seat closes one tenure and opens the next in one transaction.
"""

from __future__ import annotations

from playbooks.protocol.command.contest import (
    contest_final,
    contest_settles,
    give_way,
    keep,
    override,
    withdraw,
)
from playbooks.protocol.command.handover import accept, decline, expire, offer, withdraw_offer
from playbooks.protocol.command.ladder import accept_ask, ask_next, decline_ask, search
from playbooks.protocol.command.leads import follow, lay_down_lead, move, name, vacancy
from playbooks.protocol.command.recall import answer_recall, recall, stand_in
from playbooks.protocol.command.roles import appoint, lay_down
from playbooks.protocol.command.seat import Claimed, close_questions, sit, take, take_over
from playbooks.protocol.command.teams import (
    change_members,
    end_team,
    extend_team,
    form_team,
    move_teams,
    team_due,
)

__all__ = [
    "Claimed",
    "accept",
    "accept_ask",
    "answer_recall",
    "appoint",
    "ask_next",
    "change_members",
    "close_questions",
    "contest_final",
    "contest_settles",
    "decline",
    "decline_ask",
    "end_team",
    "expire",
    "extend_team",
    "follow",
    "form_team",
    "give_way",
    "keep",
    "lay_down",
    "lay_down_lead",
    "move",
    "move_teams",
    "name",
    "offer",
    "override",
    "recall",
    "search",
    "sit",
    "stand_in",
    "take",
    "take_over",
    "team_due",
    "vacancy",
    "withdraw",
    "withdraw_offer",
]
