"""The playbook and the catalogue in force, and the questions people ask of them.

Slack knows people by user id, the catalogue by name; monitoring and pipelines use their
own names for services. This is the one place where those are brought together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from playbooks.catalogue import Catalogue
from playbooks.domain.graph import ServiceGraph, service_graph
from playbooks.domain.ids import ServiceName, UserId
from playbooks.domain.placing import Placed, Places
from playbooks.monitored import Maintenance
from playbooks.schema import Playbook


@dataclass(frozen=True, kw_only=True)
class Handbook:
    """What the organisation does (playbook) and who and what exists (catalogue)."""

    playbook: Playbook
    catalogue: Catalogue
    groups: Mapping[str, tuple[UserId, ...]] = field(default_factory=dict)
    """User groups of Slack, by id, as they were read last."""
    announced: tuple[Maintenance, ...] = ()
    """Maintenance that other tools announced, beside the catalogue's."""

    def with_announced(self, windows: tuple[Maintenance, ...]) -> Handbook:
        """The same handbook with these windows; what was drawn from it once is kept."""
        twin = copy(self)
        object.__setattr__(twin, "announced", windows)  # frozen for everybody else
        return twin

    @property
    def maintenance(self) -> tuple[Maintenance, ...]:
        """Everything that was announced, wherever."""
        return (*self.catalogue.maintenance, *self.announced)

    @cached_property
    def graph(self) -> ServiceGraph:
        """The service model, drawn once."""
        return service_graph(self.catalogue)

    @cached_property
    def _names_by_user(self) -> dict[UserId, str]:
        return {UserId(person.slack): name for name, person in self.catalogue.people.items()}

    @cached_property
    def _places(self) -> Places:
        return Places(self.catalogue)

    def person(self, user: UserId) -> str | None:
        """The catalogue's name of a Slack user; None for somebody it does not list."""
        return self._names_by_user.get(user)

    def party_of(self, user: UserId) -> str | None:
        """The party of a Slack user; None for somebody the catalogue does not list."""
        name = self.person(user)
        return self.catalogue.people[name].party if name is not None else None

    def people_of(self, party: str) -> tuple[UserId, ...]:
        """Everybody of a party: who is on call for it first, then whom the catalogue puts there."""
        known = self.catalogue.parties.get(party)
        on_call = self._with_group(known.on_call, known.on_call_group) if known else ()
        members = (name for name, person in self.catalogue.people.items() if person.party == party)
        return tuple(dict.fromkeys((*on_call, *self._users(members))))

    def slack_id(self, name: str) -> UserId:
        """The Slack user of somebody in the catalogue."""
        return UserId(self.catalogue.people[name].slack)

    def service_named(self, word: str) -> ServiceName | None:
        """The service of that name or alias, in whatever case; None if there is none."""
        return self._places.named(word)

    def place(self, hint: str, labels: Mapping[str, str]) -> Placed | None:
        """Where an alert with these words belongs; None if nothing in the catalogue says it."""
        return self._places.place(hint, labels)

    def title(self, service: ServiceName) -> str:
        """What readers call the service; its name if the catalogue has forgotten it."""
        known = self.catalogue.services.get(service)
        return known.title if known else service

    def tier(self, service: ServiceName) -> int | None:
        """1 is the most important; None if the catalogue has forgotten the service."""
        known = self.catalogue.services.get(service)
        return known.tier if known else None

    @property
    def commanders(self) -> tuple[UserId, ...]:
        """Who may command, in order of preference."""
        roster = self.catalogue.roster
        return self._with_group(roster.commanders, roster.commanders_group)

    @property
    def on_shift(self) -> tuple[UserId, ...]:
        """Who is called first, whatever is broken."""
        roster = self.catalogue.roster
        return self._with_group(roster.on_shift, roster.on_shift_group)

    @property
    def duty_managers(self) -> tuple[UserId, ...]:
        """Who decides disputes about command."""
        return self._users(self.catalogue.roster.duty_managers)

    @property
    def executives(self) -> tuple[UserId, ...]:
        """Who may take command in person, besides duty managers, and nothing more."""
        return self._users(self.catalogue.roster.executives)

    @property
    def comms(self) -> tuple[UserId, ...]:
        """Who writes to stakeholders."""
        return self._users(self.catalogue.roster.comms)

    @property
    def operators(self) -> tuple[UserId, ...]:
        """Who hears of trouble with the machinery itself."""
        roster = self.catalogue.roster
        return self._users((*roster.operators, *roster.duty_managers))

    @property
    def everybody(self) -> tuple[UserId, ...]:
        """Whom the protocol may ask for something: the roster and all leads."""
        leads = self.leads_of(ServiceName(name) for name in self.catalogue.services)
        on_call = (user for name in self.catalogue.services for user in self.on_call(ServiceName(name)))
        known = (*self.commanders, *self.on_shift, *self.duty_managers, *self.comms, *leads, *on_call)
        return tuple(dict.fromkeys(known))

    def leads_of(self, services: Iterable[ServiceName]) -> tuple[UserId, ...]:
        """The technical leads of the services, in the order given, each once."""
        known = (self.catalogue.services[s] for s in services if s in self.catalogue.services)
        return self._users(name for service in known for name in service.leads)

    def on_call(self, service: ServiceName) -> tuple[UserId, ...]:
        """Who leads the work on a service at first, in order: its owner's on-call, else its leads."""
        known = self.catalogue.services.get(service)
        party = self.catalogue.parties[known.owner] if known else None
        named = self._with_group(party.on_call, party.on_call_group) if party else ()
        return named or self.leads_of((service,))

    def responders(self, services: Iterable[ServiceName]) -> tuple[UserId, ...]:
        """Whom a war room needs from its first minute: leads, the shift and the comms lead."""
        wanted = tuple(services)
        on_call = (user for service in wanted for user in self.on_call(service)[:1])
        return tuple(dict.fromkeys((*self.leads_of(wanted), *on_call, *self.on_shift, *self.comms)))

    def _with_group(self, names: Iterable[str], group: str | None) -> tuple[UserId, ...]:
        """People of the catalogue first, in its order, then the other members of the group."""
        return tuple(dict.fromkeys((*self._users(names), *self.groups.get(group or "", ()))))

    def _users(self, names: Iterable[str]) -> tuple[UserId, ...]:
        return tuple(dict.fromkeys(self.slack_id(name) for name in names))
