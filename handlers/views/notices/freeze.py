"""The change freeze: what is held, what was let through."""

from __future__ import annotations

from handlers.views.notices.parts import actor, titles
from handlers.views.phrases import code, count
from handlers.views.text import Markup, clock_time, foreign, say
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import incident_name

Word = e.ChangeAllowed | e.ChangeApproved | e.ChangeDenied | e.ApprovalWithdrawn
Freeze = e.FreezeBegan | e.FreezeLifted | e.ChangeHeld | Word


def freeze(event: Freeze, handbook: Handbook) -> Markup:
    """What may be deployed and what may not."""
    match event:
        case e.FreezeBegan():
            around = count(len(event.ring1), "service that depends on it", "services that depend on them")
            return say(
                "❄️ Changes to {core} are held, and risky ones to {around}.",
                core=titles(event.ring0, handbook),
                around=around,
            )
        case e.FreezeLifted():
            gone = count(len(event.released), "held change")
            why = foreign(event.reason) or Markup("no reason given")
            return say(
                "☀️ Freeze lifted by {who}: {why}\n{gone} may ask again.",
                who=actor(event),
                why=why,
                gone=gone,
            )
        case e.ChangeHeld():
            return say("❄️ Held: {ref}, {why}", ref=code(event.ref), why=foreign(event.reason))
        case _:
            return _word(event)


def _word(event: Word) -> Markup:
    """What became of a change for which somebody asked."""
    match event:
        case e.ChangeAllowed():
            return say("🚚 {ref} goes ahead, as the commander approved.", ref=code(event.ref))
        case e.ChangeApproved():
            until = clock_time(event.expires_at)
            return say(
                "✅ {who} approved {ref}, until {until}.",
                who=actor(event),
                ref=code(event.ref),
                until=until,
            )
        case e.ApprovalWithdrawn():
            there = "Its commander is asked now." if event.asked_there else "It may ask the gate again."
            return say(
                "🔀 {ref}: nobody decides here, because this is part of *{n}* now. {there}",
                ref=code(event.ref),
                n=incident_name(event.into),
                there=there,
            )
        case e.ChangeDenied():
            why = foreign(event.reason) or Markup("no reason given")
            return say("⛔ {who} denied {ref}: {why}", who=actor(event), ref=code(event.ref), why=why)
