"""The catalogue's shape: who and what exists.

Parties, people, services and their dependencies, calendars, agreements and audiences.
Written in YAML, versioned in git; there are no tables for it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from playbooks.governance import Act, Governance, Rules
from playbooks.monitored import ConfigurationItem, Item, Maintenance, Objective, Route
from playbooks.schema import Duration, Name, Part, Tier

GroupKey = Annotated[str, Field(pattern=r"^S[A-Z0-9]+$")]
"""The id of a Slack user group: nobody is found by a handle."""


class Party(Part):
    """A team, department or vendor that can own something."""

    title: str
    vendor: bool = False
    on_call: tuple[Name, ...] = ()
    """Who leads at first what the party answers for, in order."""
    on_call_group: GroupKey | None = None
    may: tuple[Act, ...] | None = None
    """What its contract lets its people do of what is governed; None is what is usual."""


class Person(Part):
    """Somebody in Slack. Identity is the Slack user id, never a name."""

    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]+$")]
    party: Name


class DependencyKind(StrEnum):
    """hard: without it the service fails; soft: it degrades."""

    HARD = "hard"
    SOFT = "soft"


class Dependency(Part):
    """An edge of the service model."""

    service: Name
    kind: DependencyKind = DependencyKind.HARD


class Service(Part):
    """Something that users or other services rely on."""

    title: str
    tier: Tier
    owner: Name
    """The one accountable party."""
    operated_by: tuple[Name, ...] = ()
    leads: tuple[Name, ...] = ()
    """People who are called first, in order."""
    depends_on: tuple[Dependency, ...] = ()
    hosts: tuple[str, ...] = ()
    """Machines it runs on; services that share one share its fate."""
    aliases: tuple[str, ...] = ()
    """Other names that monitoring and pipelines use for it."""
    agreement: Name | None = None
    objectives: tuple[Objective, ...] = ()


class Segment(Part):
    """Opening hours of one weekday in local wall time, half-open."""

    day: Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)$")]
    open: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    close: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class Calendar(Part):
    """Business hours in an IANA zone. No segments means around the clock."""

    zone: str
    week: tuple[Segment, ...] = ()
    holidays: tuple[date, ...] = ()

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            message = f"{value!r} is not an IANA time zone such as Europe/Paris"
            raise ValueError(message) from unknown
        return value


class Agreement(Part):
    """A promise to restore within a target, counted on a calendar."""

    title: str
    target: Duration
    calendar: Name
    severities: tuple[int, ...] = (1, 2)


class Channels(Part):
    """The fixed channels of the protocol."""

    incidents: str
    stakeholders: str


class Roster(Part):
    """Who may command, in order of preference, who decides disputes, and who runs the bot."""

    commanders: tuple[Name, ...]
    commanders_group: GroupKey | None = None
    on_shift: tuple[Name, ...] = ()
    on_shift_group: GroupKey | None = None
    duty_managers: Annotated[tuple[Name, ...], Field(min_length=1)]
    executives: tuple[Name, ...] = ()
    comms: tuple[Name, ...] = ()
    operators: tuple[Name, ...] = ()


class Catalogue(Part):
    """Everything that exists, cross-checked."""

    parties: dict[Name, Party]
    people: dict[Name, Person]
    services: dict[Name, Service]
    calendars: dict[Name, Calendar]
    agreements: dict[Name, Agreement]
    roster: Roster
    channels: Channels
    cis: dict[Item, ConfigurationItem] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    """Tried in order for alerts that name no service and no configuration item."""
    maintenance: tuple[Maintenance, ...] = ()
    governance: Governance | None = None
    """None: whoever has the role decides, everywhere."""

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        wrong = [*self._dangling_parties(), *self._dangling_services(), *self._dangling_people()]
        wrong += [*self._dangling_words(), *self._ambiguous_names(), *self._ambiguous_items()]
        wrong += self._dangling_rules()
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    @property
    def user_groups(self) -> frozenset[str]:
        """The user groups whose members have to be known."""
        on_call = (party.on_call_group for party in self.parties.values())
        groups = (self.roster.commanders_group, self.roster.on_shift_group, *on_call)
        return frozenset(group for group in groups if group)

    def _dangling_parties(self) -> list[str]:
        named = [(f"people.{name}.party", p.party) for name, p in self.people.items()]
        for name, service in self.services.items():
            named += [(f"services.{name}.owner", service.owner)]
            named += [(f"services.{name}.operated_by", party) for party in service.operated_by]
        return [
            f"{where}: there is no party {party!r}" for where, party in named if party not in self.parties
        ]

    def _dangling_services(self) -> list[str]:
        wrong = []
        for name, service in self.services.items():
            where = f"services.{name}"
            wrong += [
                f"{where}.depends_on: there is no service {edge.service!r}"
                for edge in service.depends_on
                if edge.service not in self.services
            ]
            if service.agreement is not None and service.agreement not in self.agreements:
                wrong.append(f"{where}.agreement: there is no agreement {service.agreement!r}")
        wrong += [
            f"agreements.{name}.calendar: there is no calendar {agreement.calendar!r}"
            for name, agreement in self.agreements.items()
            if agreement.calendar not in self.calendars
        ]
        return wrong

    def _dangling_people(self) -> list[str]:
        named = [(f"services.{name}.leads", p) for name, s in self.services.items() for p in s.leads]
        named += [
            (f"parties.{name}.on_call", p) for name, party in self.parties.items() for p in party.on_call
        ]
        for seat in ("commanders", "on_shift", "duty_managers", "executives", "comms", "operators"):
            named += [(f"roster.{seat}", person) for person in getattr(self.roster, seat)]
        return [f"{where}: there is no person {p!r}" for where, p in named if p not in self.people]

    def _dangling_words(self) -> list[str]:
        """What monitoring says leads to services that exist, and objectives are told apart."""
        named = [(f"cis.{name}.custodian", item.custodian) for name, item in self.cis.items()]
        named += [(f"routes.{n}.service", route.service) for n, route in enumerate(self.routes)]
        named += [
            (f"maintenance.{n}.services", s) for n, m in enumerate(self.maintenance) for s in m.services
        ]
        wrong = [f"{where}: there is no service {s!r}" for where, s in named if s not in self.services]
        for name, service in self.services.items():
            twice = Counter(objective.name for objective in service.objectives)
            wrong += [
                f"services.{name}.objectives: two are called {o!r}" for o, count in twice.items() if count > 1
            ]
        return wrong

    def _dangling_rules(self) -> list[str]:
        """Rules speak of services and parties that exist, and every rule has an id of its own."""
        if self.governance is None:
            return []
        scopes: dict[str, Rules] = {"governance": self.governance}
        scopes |= {f"governance.services.{name}": rules for name, rules in self.governance.services.items()}
        wrong = [
            f"governance.services: there is no service {name!r}"
            for name in self.governance.services
            if name not in self.services
        ]
        named = [
            (where, rule.centre) for where, rules in scopes.items() for rule in (rules, *rules.acts.values())
        ]
        wrong += [
            f"{where}: there is no party {party!r}"
            for where, party in named
            if party is not None and party not in self.parties
        ]
        if "default" in self.governance.services:
            wrong.append("governance.services: 'default' is what the rule for everything is called")
        return wrong

    def _ambiguous_items(self) -> list[str]:
        owners: dict[str, str] = {}
        wrong = []
        for name, item in self.cis.items():
            for word in (name, *item.names):
                other = owners.setdefault(word.casefold(), name)
                if other != name:
                    wrong.append(f"cis.{name}: {word!r} already names {other}")
        return wrong

    def _ambiguous_names(self) -> list[str]:
        owners: dict[str, str] = {}
        wrong = []
        for name, service in self.services.items():
            for word in (name, *service.aliases):
                other = owners.setdefault(word, name)
                if other != name:
                    wrong.append(f"services.{name}: {word!r} already names {other}")
        return wrong
