"""When an incident may turn: mitigated, resolved, reopened, closed, thawed.

One pure check a turn. It is asked when somebody opens the form, so that nobody fills it
in at night to be told no, and again when the turn is taken.
"""

from __future__ import annotations

from playbooks.domain.authority import Action, Actor, Verdict, require
from playbooks.domain.command import Tenure
from playbooks.domain.errors import IncidentOver, NotNeeded
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId, incident_name
from playbooks.domain.incident import Incident, Major, State


def require_live(incident: Incident) -> None:
    """People still work on it. Raises IncidentOver."""
    if not incident.is_live:
        raise IncidentOver(incident.id, incident.state)


def require_accepted(incident: Incident) -> None:
    """Somebody or some rule decided that it is a major incident. Raises NotNeeded."""
    if incident.major is Major.PROPOSED:
        name = incident_name(incident.id)
        raise NotNeeded(f"{name} is only proposed. Say first whether it is major: /incident {name} menu")


def may_mitigate(incident: Incident, by: UserId, tenure: Tenure | None, handbook: Handbook) -> None:
    """Raises IncidentOver, NotYourRole, NotNeeded."""
    require_live(incident)
    require_accepted(incident)
    require(Actor(user=by), Action.MITIGATE, handbook=handbook, tenure=tenure, incident=incident)
    if incident.state is State.MITIGATED:
        raise NotNeeded(f"{incident_name(incident.id)} is mitigated already. Resolve it when it is over.")


def may_resolve(incident: Incident, by: UserId, tenure: Tenure | None, handbook: Handbook) -> Verdict:
    """By which rule, and with whose word. Raises IncidentOver, NotYourRole, RuledOut, NotNeeded."""
    require_live(incident)
    require_accepted(incident)
    return require(
        Actor(user=by), Action.RESOLVE, handbook=handbook, tenure=tenure, incident=incident, cosigning=True
    )


def may_close(incident: Incident, by: UserId, tenure: Tenure | None, handbook: Handbook) -> None:
    """Raises NotYourRole, NotNeeded."""
    require(Actor(user=by), Action.CLOSE, handbook=handbook, tenure=tenure, incident=incident)
    if incident.state is not State.RESOLVED:
        raise NotNeeded(f"{incident_name(incident.id)} is {incident.state}; resolve it before it is closed.")


def may_reopen(incident: Incident) -> None:
    """Anybody may. Raises NotNeeded."""
    if incident.state is State.OPEN:
        raise NotNeeded(f"{incident_name(incident.id)} is open.")
    if incident.state is not State.MITIGATED and incident.state is not State.RESOLVED:
        raise NotNeeded(
            f"{incident_name(incident.id)} is {incident.state} for good. "
            "If it came back, use /incident declare."
        )


def may_thaw(
    incident: Incident, by: UserId, tenure: Tenure | None, handbook: Handbook, *, fence: int | None = None
) -> Verdict:
    """By which rule, and with whose word. Raises NotYourRole, RuledOut, StaleCommand, NotNeeded."""
    verdict = require(
        Actor(user=by),
        Action.THAW,
        handbook=handbook,
        tenure=tenure,
        incident=incident,
        fence=fence,
        cosigning=True,
    )
    if incident.freeze_since is None or incident.thawed_at is not None:
        raise NotNeeded("No freeze is on for this incident.")
    return verdict
