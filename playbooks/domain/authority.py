"""Who may do what in an incident: one pure decision, the same for command, button and modal.

Refusals name who may. Declaring, logging and stating are open to everybody in the
workspace, because a false alarm costs less than silence.
"""

from __future__ import annotations

from playbooks.domain.command import Tenure
from playbooks.domain.errors import AlreadyInCommand, NotYourRole, SeatVacant, StaleCommand, mention, mentions
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId


def require_command(by: UserId, tenure: Tenure | None, *, what: str, fence: int | None = None) -> Tenure:
    """The commander, and nobody else. ``fence`` is the number on the button that was pressed.

    Raises SeatVacant, StaleCommand, NotYourRole.
    """
    if tenure is None:
        raise SeatVacant
    if tenure.user != by:
        if fence is not None and fence < tenure.fence:
            raise StaleCommand(tenure.user)
        raise NotYourRole(what, f"the commander, {mention(tenure.user)},")
    if fence is not None and fence != tenure.fence:
        raise StaleCommand(tenure.user)
    return tenure


def require_override(by: UserId, tenure: Tenure | None, handbook: Handbook) -> None:
    """Duty managers and executives may take command from its holder, in person.

    Raises NotYourRole, AlreadyInCommand.
    """
    allowed = tuple(dict.fromkeys((*handbook.duty_managers, *handbook.executives)))
    if by not in allowed:
        raise NotYourRole(
            "take command from somebody else", f"a duty manager or an executive ({mentions(allowed)})"
        )
    if tenure is not None and tenure.user == by:
        raise AlreadyInCommand


def require_lead(by: UserId, tenure: Tenure | None, handbook: Handbook, *, what: str) -> None:
    """The commander or a duty manager; a duty manager alone while the seat is vacant.

    Raises NotYourRole.
    """
    allowed = (*((tenure.user,) if tenure else ()), *handbook.duty_managers)
    if by not in allowed:
        raise NotYourRole(what, f"the commander or a duty manager ({mentions(allowed)})")


def require_release(by: UserId, tenure: Tenure | None, handbook: Handbook) -> None:
    """The commander and comms leads decide what stakeholders may know; a duty manager does not.

    Raises NotYourRole.
    """
    allowed = tuple(dict.fromkeys((*((tenure.user,) if tenure else ()), *handbook.comms)))
    if by not in allowed:
        raise NotYourRole("release statements", f"the commander or a comms lead ({mentions(allowed)})")


def require_voice(by: UserId, tenure: Tenure | None, handbook: Handbook, *, what: str) -> None:
    """The commander, a comms lead or a duty manager may speak to stakeholders.

    Raises NotYourRole.
    """
    allowed = tuple(
        dict.fromkeys((*((tenure.user,) if tenure else ()), *handbook.comms, *handbook.duty_managers)),
    )
    if by not in allowed:
        raise NotYourRole(what, f"the commander, a comms lead or a duty manager ({mentions(allowed)})")
