"""Why it was declared: the rule, the alerts, who measured them."""

from __future__ import annotations

from handlers.views.phrases import evidence_lines
from handlers.views.text import Markup, foreign, join, person, say
from playbooks.domain.evidence import behind, shown
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import is_person
from playbooks.protocol.picture import Picture

_SHOWN = 8


def evidence(picture: Picture, handbook: Handbook) -> Markup:
    """The words beside the picture of its alerts, and in its place where there is none."""
    known = shown(behind(picture.episodes, declared_at=picture.incident.declared_at))
    titles = {str(one.service): handbook.title(one.service) for one in known}
    origins = dict.fromkeys(one.origin for one in known)
    measured = say("Measured by {origins}", origins=foreign(", ".join(origins), 200))
    return join([_why(picture, handbook), evidence_lines(known, titles, most=_SHOWN), measured])


def _why(picture: Picture, handbook: Handbook) -> Markup:
    incident = picture.incident
    rule = next((rule for rule in handbook.playbook.triggers if rule.id == incident.rule), None)
    if rule is not None:
        return say("🔎 *Why it was declared* {says} _({rule})_", says=foreign(rule.says, 300), rule=rule.id)
    if is_person(incident.declared_by):
        return say("🔎 *What monitoring says* Declared by {who}.", who=person(incident.declared_by))
    return Markup("🔎 *What monitoring says*")
