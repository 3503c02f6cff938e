"""The playbook and the catalogue in force.

A changed file is read as soon as it is noticed and swapped in whole. A broken one changes
nothing: the old rules stay in force, and the log says what is wrong with the new ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import structlog

from config.settings import Settings
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.person import Group
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, Broken, load

log = structlog.get_logger("tocsin.handbook")


def papers(settings: Settings) -> tuple[Path, Path]:
    """Where the playbook and the catalogue are."""
    return settings.playbook.path or DEFAULT_PLAYBOOK, settings.catalogue.path or EXAMPLE_CATALOGUE


class Library:
    """The handbook of two files, read again when they change."""

    def __init__(self, playbook: Path, catalogue: Path) -> None:
        """Raises Broken if the files cannot be used."""
        self._papers = (playbook, catalogue)
        self._seen = self._stamps()
        self._groups: dict[str, tuple[UserId, ...]] = {}
        self._handbook = load(playbook, catalogue)

    def handbook(self) -> Handbook:
        return self._handbook

    def refresh(self) -> None:
        """Look whether a file changed."""
        stamps = self._stamps()
        if stamps == self._seen:
            return
        self._seen = stamps
        try:
            self._handbook = replace(load(*self._papers), groups=self._groups)
        except Broken as broken:
            log.warning("handbook.kept", mistakes=[str(mistake) for mistake in broken.mistakes])
        else:
            log.info("handbook.read", files=[str(paper) for paper in self._papers])

    def learn(self, groups: Iterable[Group]) -> None:
        """Who is in the user groups of Slack now."""
        read: dict[str, tuple[UserId, ...]] = {group.id: group.members for group in groups}
        if read != self._groups:
            self._groups = read
            self._handbook = replace(self._handbook, groups=self._groups)

    def _stamps(self) -> tuple[int | None, ...]:
        return tuple(_changed_at(paper) for paper in self._papers)


def _changed_at(paper: Path) -> int | None:
    try:
        return paper.stat().st_mtime_ns
    except OSError:
        return None
