"""What is expected of somebody in a role, in the playbook's words: now, and first of all."""

from __future__ import annotations

from handlers.views.text import Markup, foreign, join, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.role import Role
from playbooks.schema import Duty


def of_commander(handbook: Handbook) -> Markup:
    """Whoever commands from now on."""
    return _told(handbook.playbook.roles.commander)


def of_lead(handbook: Handbook) -> Markup:
    """Whoever leads the work on a service from now on."""
    return _told(handbook.playbook.roles.lead)


def of_role(role: Role, handbook: Handbook) -> Markup:
    """Whoever was appointed."""
    duties = handbook.playbook.roles
    told = {Role.DEPUTY: duties.deputy, Role.SCRIBE: duties.scribe, Role.COMMS: duties.comms}
    return _told(told[role])


def _told(duty: Duty) -> Markup:
    steps = (say("{n}. {step}", n=n, step=foreign(step, 300)) for n, step in enumerate(duty.first, 1))
    return say("{now}\n*First of all*\n{steps}", now=foreign(duty.now, 600), steps=join(steps))
