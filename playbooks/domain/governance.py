"""Who holds authority over an act on a service, by which rule, and whose word it takes besides.

One rule answers for every act and every service: the most specific one of the catalogue. An
incident on several services is governed by the strictest of theirs, then by the most important.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from playbooks.domain.errors import CannotCommand
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId
from playbooks.governance import VENDORS_MAY, Act, Governance, Model, Rule, Rules, Silence

VETO = timedelta(minutes=5)
DUTY_MANAGERS = "duty managers"
CONTRACT = ".contract"
_STRICTNESS = {Model.CENTRALISED: 0, Model.FEDERATED: 1, Model.DECENTRALISED: 2}
_UNSAID = Governance()
_LAST = 99  # after every tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CoSignature:
    """Whose word an act takes besides, for how long it waits, and what silence means then."""

    who: tuple[UserId, ...]
    veto: timedelta
    silence: Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The rule in force for one act on one service."""

    rule: str
    """Its id, such as ``G-payments.exempt``."""
    act: Act
    model: Model
    service: ServiceName | None
    party: str
    """Who holds it: the party that answers for the service, or whoever is at the centre."""
    people: tuple[UserId, ...]
    """Who of that party may do it, beside whoever has the role."""
    centre: tuple[UserId, ...]
    cosignature: CoSignature | None
    """What it takes of everybody who is not at the centre; None if nothing."""


def authority(act: Act, services: Iterable[ServiceName], handbook: Handbook) -> Authority:
    """The rule that governs an act in an incident on these services; the default's if there are none."""
    found = [_of(act, service, handbook) for service in services]
    if not found:
        return _of(act, None, handbook)
    return min(found, key=lambda one: _rank(one, handbook))


def limited_by(user: UserId, act: Act, handbook: Handbook) -> str | None:
    """The id of the contract that keeps somebody of a party from an act; None if none does."""
    name = handbook.party_of(user)
    if name is None or name not in handbook.catalogue.parties:
        return None
    return None if act in _may(name, handbook) else f"G-{name}{CONTRACT}"


def require_unlimited(user: UserId, act: Act, handbook: Handbook) -> None:
    """Whoever is offered command may have it, as far as their contract goes. Raises CannotCommand."""
    rule = limited_by(user, act, handbook)
    if rule is not None:
        raise CannotCommand(user, f"rule {rule} does not let them")


def is_governed(handbook: Handbook) -> bool:
    """Whether the catalogue says anything about governance."""
    return handbook.catalogue.governance is not None


def doubtful(handbook: Handbook) -> Iterator[tuple[tuple[str, ...], str]]:
    """Rules that nobody could follow as they were meant: where they stand, and why."""
    governance = handbook.catalogue.governance
    if governance is None:
        return
    yield from _empty_centres(governance, handbook)
    for name, service in handbook.catalogue.services.items():
        where = ("services", name, "owner")
        rulings = [authority(act, (ServiceName(name),), handbook) for act in Act]
        shared = [ruling for ruling in rulings if ruling.model is Model.FEDERATED]
        if shared and _is_empty(service.owner, handbook):
            yield where, f"its rules give a say to {service.owner}, to which nobody belongs"
        kept = [ruling for ruling in shared if ruling.act not in _may(service.owner, handbook)]
        for ruling in kept:
            yield (
                where,
                f"{ruling.rule} gives {ruling.act} to {service.owner}, whose contract does not name it",
            )


def _empty_centres(governance: Governance, handbook: Handbook) -> Iterator[tuple[tuple[str, ...], str]]:
    scopes: list[tuple[tuple[str, ...], Rules]] = [(("governance",), governance)]
    scopes += [(("governance", "services", name), rules) for name, rules in governance.services.items()]
    for where, rules in scopes:
        for inside, rule in [(where, rules), *(((*where, "acts", a), r) for a, r in rules.acts.items())]:
            if rule.centre is not None and _is_empty(rule.centre, handbook):
                says = f"nobody belongs to {rule.centre}, so the duty managers stand at the centre"
                yield (*inside, "centre"), says


def _is_empty(party: str, handbook: Handbook) -> bool:
    """Whether nobody is of a party; a user group has members that only Slack knows."""
    return not handbook.people_of(party) and handbook.catalogue.parties[party].on_call_group is None


def _may(party: str, handbook: Handbook) -> frozenset[Act]:
    known = handbook.catalogue.parties[party]
    usual = VENDORS_MAY if known.vendor else frozenset(Act)
    return usual if known.may is None else frozenset(known.may)


def _rank(one: Authority, handbook: Handbook) -> tuple[int, int, str]:
    tier = handbook.tier(one.service) if one.service is not None else None
    return _STRICTNESS[one.model], _LAST if tier is None else tier, one.service or ""


def _of(act: Act, service: ServiceName | None, handbook: Handbook) -> Authority:
    governance = handbook.catalogue.governance or _UNSAID
    levels = _levels(governance, act, service)
    rule, model = next(
        ((name, level.model) for name, level in levels if level.model is not None),
        ("G-default", Model.DECENTRALISED),
    )
    party, centre = _centre(levels, act, handbook)
    owner = _owner(service, handbook)
    waits = model is Model.FEDERATED or (model is Model.CENTRALISED and act is Act.DECLARE)
    signed = CoSignature(who=centre, veto=_veto(levels), silence=_silence(levels, act)) if waits else None
    return Authority(
        rule=rule,
        act=act,
        model=model,
        service=service,
        party=party if model is Model.CENTRALISED else owner or DUTY_MANAGERS,
        people=handbook.people_of(owner) if model is Model.FEDERATED and owner else (),
        centre=centre,
        cosignature=signed,
    )


def _levels(governance: Governance, act: Act, service: ServiceName | None) -> list[tuple[str, Rule]]:
    """Every rule that speaks of this act on this service, by its id, the most specific first."""
    levels: list[tuple[str, Rule]] = []
    own: Rules | None = governance.services.get(service) if service is not None else None
    for name, rules in ((service, own), ("default", governance)):
        if rules is None:
            continue
        if act in rules.acts:
            levels.append((f"G-{name}.{act}", rules.acts[act]))
        levels.append((f"G-{name}", rules))
    return levels


def _centre(levels: list[tuple[str, Rule]], act: Act, handbook: Handbook) -> tuple[str, tuple[UserId, ...]]:
    """The centre and its people; the duty managers if nobody who may stands there."""
    named = next((level.centre for _, level in levels if level.centre is not None), None)
    everybody = handbook.people_of(named) if named is not None else ()
    people = tuple(user for user in everybody if not limited_by(user, act, handbook))
    return (named, people) if named is not None and people else (DUTY_MANAGERS, handbook.duty_managers)


def _veto(levels: list[tuple[str, Rule]]) -> timedelta:
    return next((level.veto for _, level in levels if level.veto is not None), VETO)


def _silence(levels: list[tuple[str, Rule]], act: Act) -> Silence:
    if act is Act.DECLARE:
        return Silence.STANDS  # A false alarm costs less than one that nobody heard.
    return next((level.silence for _, level in levels if level.silence is not None), Silence.STANDS)


def _owner(service: ServiceName | None, handbook: Handbook) -> str | None:
    known = handbook.catalogue.services.get(service) if service is not None else None
    return known.owner if known else None
