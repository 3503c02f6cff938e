"""Which incident may be a part of which: one level deep, and nobody is their own ancestor.

A child keeps its commander, its room and its clocks; it hears what its parent tells
stakeholders, and its commander is asked when the parent ends. What is one and the same outage
is merged instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from playbooks.domain.errors import NotNeeded
from playbooks.domain.ids import incident_name
from playbooks.domain.incident import Incident
from playbooks.domain.privacy import require_public
from playbooks.domain.turning import require_accepted, require_live


def require_adoptable(child: Incident, parent: Incident, children: Sequence[Incident]) -> None:
    """``children`` are those of the would-be child. Raises IncidentOver, NotNeeded."""
    one, other = incident_name(child.id), incident_name(parent.id)
    for incident in (child, parent):
        require_live(incident)
        require_accepted(incident)
    if child.id == parent.id:
        raise NotNeeded(f"{one} cannot be a part of itself.")
    if child.parent == parent.id:
        raise NotNeeded(f"{one} is a part of {other} already.")
    if parent.parent is not None:
        top = incident_name(parent.parent)
        raise NotNeeded(f"{other} is a part of {top} itself. Make {one} a part of {top}.")
    if children:
        parts = ", ".join(incident_name(each.id) for each in children)
        raise NotNeeded(f"{one} has parts itself: {parts}. Make them parts of {other} first.")
    require_public(child, parent)
    if (child.drill is None) != (parent.drill is None):
        raise NotNeeded("A drill and a real incident are never parts of each other.")


def require_child(child: Incident) -> None:
    """Raises NotNeeded."""
    if child.parent is None:
        raise NotNeeded(f"{incident_name(child.id)} is a part of no other incident.")
