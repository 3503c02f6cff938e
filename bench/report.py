"""What was measured, what was promised, and whether the promise was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One figure against its bound. A ratio is of two figures of the same run."""

    what: str
    value: float
    bound: float
    unit: str = "×"
    at_least: bool = False
    """Whether more is better."""
    seen: str = ""
    """The figures behind a ratio, in words."""

    @property
    def kept(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        sign, verdict = "≥" if self.at_least else "≤", "ok" if self.kept else "MISSED"
        value, bound = f"{_shown(self.value)} {self.unit}", f"{sign} {_shown(self.bound)} {self.unit}"
        return f"{self.what:52}{value:>14}{bound:>14}  {verdict:7}{self.seen}".rstrip()


@dataclass(slots=True)
class Report:
    """The findings of one measurement, and whatever else it wants to show."""

    title: str
    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Take down a finding."""
        self.findings.append(finding)
        self.lines.append(str(finding))

    @property
    def kept(self) -> bool:
        return all(finding.kept for finding in self.findings)

    def __str__(self) -> str:
        return "\n".join((self.title, *self.lines, ""))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed; 0.99 is p99."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)]


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - digits that mean something
