"""Which service an alert is about: what it says, the machine it names, or where its labels lead.

The first that answers wins: a name or an alias in the catalogue; a configuration item that
one of the labels names, whose custodian's service it is; the catalogue's routes. An alert
that none of them places declares nothing, and operators see it listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from playbooks.catalogue import Catalogue
from playbooks.domain.ids import ServiceName

WORKLOADS = ("workload", "deployment", "statefulset", "daemonset", "function", "FunctionName")
PODS = ("pod", "pod_name", "kubernetes_pod_name")
MACHINES = ("host", "hostname", "instance", "node", "nodename", "server_name", "InstanceId", "resource_id")
SPACES = ("namespace", "kube_namespace")

_POD_ENDINGS = (
    re.compile(r"-[bcdf-hj-np-tv-z2456789]{6,10}-[bcdf-hj-np-tv-z2456789]{5}$"),
    re.compile(r"-[bcdf-hj-np-tv-z2456789]{5}$"),
    re.compile(r"-\d{1,5}$"),
)
"""What Kubernetes adds to the workload's name: a template's hash and a random word, a random word,
an ordinal. Random words have no vowels and nothing that looks like one (Kubernetes source,
``apimachinery/pkg/util/rand``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an alert belongs."""

    service: ServiceName
    """Whose alert it is: by it, alerts are found to hang together."""
    also: tuple[ServiceName, ...] = ()
    """Other services on the same configuration item: users may miss those too."""


class Places:
    """The words by which the catalogue's services are found. Drawn once per catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._services = _service_words(catalogue)
        self._items = _item_words(catalogue)
        self._users = _users(catalogue)
        self._custodians = _custodians(catalogue, self._users)
        self._routes = catalogue.routes
        self._listed = lru_cache(maxsize=10_000)(self._listed_anew)

    def named(self, word: str) -> ServiceName | None:
        """The service of that name or alias, in whatever case; None if there is none."""
        return self._services.get(word.strip().casefold())

    def place(self, hint: str, labels: Mapping[str, str]) -> Placed | None:
        """Where an alert belongs; None if nothing in the catalogue says it."""
        if (service := self.named(hint)) is not None:
            return Placed(service=service)
        for word in _item_candidates(hint, labels):
            if (placed := self._listed(word.casefold())) is not None:
                return placed
        for route in self._routes:
            if all(fnmatchcase(labels.get(name, ""), value) for name, value in route.when.items()):
                return Placed(service=ServiceName(route.service))
        return None

    def _listed_anew(self, word: str) -> Placed | None:
        item = self._items.get(word)
        custodian = self._custodians.get(item) if item is not None else None
        if item is None or custodian is None:
            return None
        also = tuple(user for user in self._users.get(item, ()) if user != custodian)
        return Placed(service=custodian, also=also)


def without_custodian(catalogue: Catalogue) -> Mapping[str, tuple[ServiceName, ...]]:
    """Machines that several services run on and nobody looks after, with these services."""
    listed = {name.casefold() for name in catalogue.cis}
    users = _users(catalogue)
    return {host: who for host, who in users.items() if len(who) > 1 and host not in listed}


def _service_words(catalogue: Catalogue) -> dict[str, ServiceName]:
    """Names win over aliases, whatever the order in the file."""
    words: dict[str, ServiceName] = {}
    for name, service in catalogue.services.items():
        words |= {alias.casefold(): ServiceName(name) for alias in service.aliases}
    return words | {name.casefold(): ServiceName(name) for name in catalogue.services}


def _item_words(catalogue: Catalogue) -> dict[str, str]:
    """Every word for an item → the item, machines of services included."""
    words = {host.casefold(): host.casefold() for s in catalogue.services.values() for host in s.hosts}
    for name, item in catalogue.cis.items():
        words |= {word.casefold(): name.casefold() for word in (name, *item.names)}
    return words


def _users(catalogue: Catalogue) -> dict[str, tuple[ServiceName, ...]]:
    users: dict[str, tuple[ServiceName, ...]] = {}
    words = _item_words(catalogue)
    for name, service in catalogue.services.items():
        for host in service.hosts:
            item = words[host.casefold()]
            users[item] = (*users.get(item, ()), ServiceName(name))
    return users


def _custodians(catalogue: Catalogue, users: Mapping[str, tuple[ServiceName, ...]]) -> dict[str, ServiceName]:
    """The one service that looks after an item: its custodian, else the only one that runs on it."""
    alone = {item: services[0] for item, services in users.items() if len(services) == 1}
    return alone | {name.casefold(): ServiceName(item.custodian) for name, item in catalogue.cis.items()}


def _item_candidates(hint: str, labels: Mapping[str, str]) -> Iterator[str]:
    """The words of an alert that may name an item, the most telling first."""
    space = next((labels[name] for name in SPACES if labels.get(name)), "")
    for name in (*WORKLOADS, *PODS):
        if word := labels.get(name, ""):
            for workload in _workloads(word) if name in PODS else (word,):
                yield from ((f"{space}/{workload}", workload) if space else (workload,))
    for name in MACHINES:
        if word := labels.get(name, ""):
            yield from _machines(word)
    yield from _machines(hint)


def _workloads(pod: str) -> Iterator[str]:
    """The workloads that a pod of this name may belong to; the pod itself first."""
    yield pod
    for ending in _POD_ENDINGS:
        if (cut := ending.sub("", pod)) != pod:
            yield cut


def _machines(word: str) -> Iterator[str]:
    """A machine with and without its port and its domain; an address has no domain to cut."""
    bare = word.strip()
    yield bare
    if re.fullmatch(r".+:\d{1,5}", bare) and (bare.count(":") == 1 or bare.startswith("[")):
        bare = bare.rpartition(":")[0].strip("[]")
        yield bare
    short = bare.partition(".")[0]
    if short != bare and not short.isdigit():
        yield short
