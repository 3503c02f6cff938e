"""Services out of Backstage's catalogue files: who owns what, and what needs what.

Components, resources and systems become services, groups become parties. A system works less
well without its parts, so it depends on them softly; ``dependsOn`` is hard, as in the original.
What Backstage does not say, such as the tier, is asked of whoever imports.

Source: Backstage docs, "Descriptor Format of Catalog Entities" and "Well-known Relations".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx
import yaml

SERVICES = ("component", "resource", "system")
"""Kinds that become services; the first of these that has a name keeps it."""
PARTIES = ("group", "user")
MAX_BYTES = 8 * 1024 * 1024
MAX_NAME = 63
DEFAULT_NAMESPACE = "default"

_REF = re.compile(r"(?:(?P<kind>[\w-]+):)?(?:(?P<namespace>[\w.-]+)/)?(?P<name>[\w.-]+)")
_UNFIT = re.compile(r"[^a-z0-9]+")


class NotBackstage(Exception):
    """The files cannot be used; every reason, one a line, with its file."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


@dataclass(frozen=True, slots=True)
class Ref:
    """What Backstage knows an entity by; compared without regard to case."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One document of a catalogue file."""

    ref: Ref
    where: str
    """File and number of the document, for people."""
    written: str
    """Its name as it was written."""
    title: str
    owner: Ref | None
    system: Ref | None
    needs: tuple[Ref, ...]
    needed_by: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the files say in the words of our catalogue, and what a person should know about it."""

    parties: Mapping[str, dict[str, object]]
    services: Mapping[str, dict[str, object]]
    dangling: tuple[str, ...]
    """Dependencies on what is in no file; they are left out."""
    circles: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = field(default=())


def entities(files: Iterable[tuple[str, str]]) -> tuple[Entity, ...]:
    """Every entity in some files, given by name and text. Raises NotBackstage."""
    found: list[Entity] = []
    wrong: list[str] = []
    for file, text in files:
        try:
            documents = list(yaml.load_all(text[:MAX_BYTES], Loader=yaml.CSafeLoader))
        except yaml.YAMLError as refused:
            mark = getattr(refused, "problem_mark", None)
            wrong.append(f"{file}:{mark.line + 1 if mark else 1}: this is not YAML")
            continue
        for number, document in enumerate(documents, start=1):
            if document is not None:
                found += _entity(document, f"{file}, document {number}", wrong)
    counted = Counter(entity.ref for entity in found)
    wrong += [f"{e.where}: there are several of {e.ref}" for e in found if counted[e.ref] > 1]
    if wrong:
        raise NotBackstage(wrong)
    return tuple(found)


def imported(found: Sequence[Entity], *, tier: int, known: Iterable[str] = ()) -> Imported:
    """The services and parties that entities amount to; ``known`` services may be depended upon.

    Raises NotBackstage for a service without an owner, or if nothing becomes a service.
    """
    services = [entity for kind in SERVICES for entity in found if entity.ref.kind == kind]
    names, notes = _named(services)
    ownerless = [
        f"{e.where}: {e.ref} has no owner, and every service needs one" for e in services if not e.owner
    ]
    if ownerless or not services:
        raise NotBackstage(ownerless or ["no component, resource or system is in these files"])
    ours = set(known)
    hard, soft, dangling = _edges(services, names, ours)
    titles = {entity.ref: entity.title for entity in found if entity.ref.kind in PARTIES}
    owners = {_plain(e.owner.name): titles.get(e.owner, e.owner.name) for e in services if e.owner}
    return Imported(
        parties={name: {"title": title} for name, title in sorted(owners.items())},
        services={
            names[entity.ref]: _service(entity, names[entity.ref], tier, hard, soft)
            for entity in sorted(services, key=lambda entity: names[entity.ref])
        },
        dangling=tuple(dangling),
        circles=_circles(hard),
        notes=tuple(notes),
    )


def written(result: Imported) -> str:
    """The YAML to put into a catalogue."""
    sections = {"parties": dict(result.parties), "services": dict(result.services)}
    return yaml.safe_dump(sections, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)


# ------------------------------------------------------------------ reading
def _entity(document: object, where: str, wrong: list[str]) -> Iterator[Entity]:
    """The entity in a document, if it is of a kind that we read."""
    metadata = document.get("metadata") if isinstance(document, Mapping) else None
    kind = str(document.get("kind", "")).lower() if isinstance(document, Mapping) else ""
    if not isinstance(document, Mapping) or not isinstance(metadata, Mapping) or not metadata.get("name"):
        wrong.append(f"{where}: this is no entity of Backstage: kind and metadata.name are needed")
        return
    if kind not in (*SERVICES, *PARTIES):
        return
    spec = document.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    namespace = str(metadata.get("namespace") or DEFAULT_NAMESPACE).lower()
    name = str(metadata["name"])
    profile = spec.get("profile")
    display = profile.get("displayName") if isinstance(profile, Mapping) else None
    yield Entity(
        ref=Ref(kind, namespace, name.lower()),
        where=where,
        written=name,
        title=str(metadata.get("title") or display or name).strip()[:120],
        owner=next(_refs([spec.get("owner")], "group", namespace), None),
        system=next(_refs([spec.get("system")], "system", namespace), None),
        needs=tuple(_refs(spec.get("dependsOn"), "component", namespace)),
        needed_by=tuple(_refs(spec.get("dependencyOf"), "component", namespace)),
    )


def _refs(given: object, kind: str, namespace: str) -> Iterator[Ref]:
    """``[kind:][namespace/]name``; the entity's own namespace and the field's kind are the defaults."""
    for each in given if isinstance(given, list) else ():
        found = _REF.fullmatch(str(each).strip()) if each else None
        if found:
            parts = (found["kind"] or kind, found["namespace"] or namespace, found["name"])
            yield Ref(*(part.lower() for part in parts))


# ------------------------------------------------------------------ naming
def _named(services: Sequence[Entity]) -> tuple[dict[Ref, str], list[str]]:
    """Entity → the name of its service; components keep theirs where a system has the same."""
    names: dict[Ref, str] = {}
    notes: list[str] = []
    for entity in services:
        plain = _plain(entity.ref.name)
        tries = (
            plain,
            f"{plain}-{entity.ref.kind}",
            f"{_plain(entity.ref.namespace)}-{plain}-{entity.ref.kind}",
        )
        name = next(one[:MAX_NAME] for one in (*tries, f"{plain}-{len(names)}") if one not in names.values())
        if name != plain:
            notes.append(f"{entity.ref} is called {name}, for {plain} is taken")
        names[entity.ref] = name
    return names, notes


def _plain(name: str) -> str:
    """A name as our catalogue writes it."""
    return _UNFIT.sub("-", name.lower()).strip("-")[:MAX_NAME] or "unnamed"


# ------------------------------------------------------------------ dependencies
Graph = dict[str, dict[str, None]]
"""Service → what it depends on, in the order of the files."""


def _edges(
    services: Sequence[Entity], names: Mapping[Ref, str], ours: set[str]
) -> tuple[Graph, Graph, list[str]]:
    """Hard and soft dependencies, and those that lead nowhere."""
    hard: Graph = {name: {} for name in names.values()}
    soft: Graph = {name: {} for name in names.values()}
    dangling: list[str] = []
    for entity in services:
        for ref in entity.needs:
            if (target := _target(ref, names, ours)) is not None:
                hard[names[entity.ref]][target] = None
            elif ref.kind in SERVICES:
                dangling.append(f"{entity.where}: {entity.ref} depends on {ref}, which is in no file")
        for ref in entity.needed_by:
            if ref in names:
                hard[names[ref]][names[entity.ref]] = None
            else:
                dangling.append(f"{entity.where}: {ref}, which depends on {entity.ref}, is in no file")
        if entity.system is not None and entity.system in names:
            soft[names[entity.system]][names[entity.ref]] = None
    return hard, soft, dangling


def _target(ref: Ref, names: Mapping[Ref, str], ours: set[str]) -> str | None:
    if ref in names:
        return names[ref]
    return _plain(ref.name) if _plain(ref.name) in ours else None


def _service(entity: Entity, name: str, tier: int, hard: Graph, soft: Graph) -> dict[str, object]:
    edges: list[dict[str, object]] = [{"service": target} for target in hard[name]]
    edges += [{"service": target, "kind": "soft"} for target in soft[name] if target not in hard[name]]
    service: dict[str, object] = {"title": entity.title, "tier": tier}
    service["owner"] = _plain(entity.owner.name) if entity.owner else ""
    if edges:
        service["depends_on"] = edges
    if entity.written != name and entity.ref.kind != "system":
        service["aliases"] = [entity.written]
    return service


def _circles(hard: Graph) -> tuple[tuple[str, ...], ...]:
    graph: nx.DiGraph[str] = nx.DiGraph(
        (name, target) for name, targets in hard.items() for target in targets
    )
    parts = (sorted(part) for part in nx.strongly_connected_components(graph))
    circles = (tuple(p) for p in parts if len(p) > 1 or graph.has_edge(p[0], p[0]))
    return tuple(sorted(circles))
