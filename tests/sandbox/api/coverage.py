"""Writes down which documented error codes the sandbox answers with, and which it never does.

Run with ``python -m tests.sandbox.api.coverage``: it runs the tests beside it, keeps what
they met in ``produced.yaml`` and renders ``sandbox/docs/coverage.md``. A code that a test
meets and the report does not know fails that test; ``test_coverage.py`` sees the rest.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from tests.sandbox.api.contract import DOCUMENTED, MET, METHODS

HERE = Path(__file__).parent
SOURCES = HERE.parents[2] / "sandbox"
REPORT = SOURCES / "docs" / "coverage.md"
FOUND = HERE / "produced.yaml"
WRITING = "SANDBOX_COVERAGE_IS_WRITTEN"
EVERYWHERE = frozenset(DOCUMENTED["everywhere"])
REASONS: Mapping[str, str] = {
    "Enterprise Grid": r"enterprise|(^|_)org(_|$)|ekm|team_access|team_not_on|two_factor|team_added",
    "Slack Connect": r"slack_connect|external|invitee_cant",
    "Plans and preferences of a workspace": (
        r"disabled|free_team|team_tier|plan_|storage|restricted_action|restricted_sharing|edit_window|_as_user|as_user"
        r"|forbidden_team|cant_archive_required|limit_required|limited|denied|not_permitted|no_permission"
    ),
    "Failures inside Slack": r"_failed$|_failed_|fatal|internal|unable|timeout|unavailable|streaming",
    "Older methods, and things other than messages": (
        r"deprecated|file_|_file|comment|snippet|stars|list_record|entity|child|parent|shortcut_type|action_type"
        r"|not_implemented|contact_card|tabs|template|profile"
    ),
}
REST = "The rest"
INTRODUCTION = """# Error codes

Written by `python -m tests.sandbox.api.coverage`; do not edit.

What Slack documents for each method of the Web API, and what this sandbox answers with. A code
counts as produced when a test was refused with it by that method over a real socket. No code is
ever produced that is not documented for its method: every test checks that.

A bot can still be tried with any code that is never produced, by a rule:

    POST /_sandbox/faults {"name": "chat.update", "do": "error", "error": "edit_window_closed"}
"""


def coverage_is_written() -> bool:
    """Whether this run is the one that collects for the report."""
    return WRITING in os.environ


def render(produced: Mapping[str, Sequence[str]]) -> str:
    """The report as Markdown."""
    lines = [INTRODUCTION, "## Codes that every method documents", ""]
    said = sorted({code for codes in produced.values() for code in codes} & EVERYWHERE)
    lines += [
        _line("Produced", said),
        _line("Never", sorted(EVERYWHERE - set(said))),
        "",
        "## Method by method",
        "",
    ]
    lines += ["| Method | Produced | Never produced |", "|---|---|---|"]
    for method, page in sorted(METHODS.items()):
        own = set(page["errors"]) - EVERYWHERE
        met = set(produced.get(method, ())) - EVERYWHERE
        lines.append(f"| `{method}` | {_codes(met)} | {_codes(own - met)} |")
    lines += ["", "## Why never", "", "| Because of | Codes |", "|---|---|"]
    lines += [f"| {reason} | {_codes(codes)} |" for reason, codes in _by_reason(produced).items()]
    return "\n".join(lines) + "\n"


def _by_reason(produced: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    never: set[str] = set()
    for method, page in METHODS.items():
        never |= set(page["errors"]) - set(produced.get(method, ())) - EVERYWHERE
    sorted_by: dict[str, set[str]] = {reason: set() for reason in (*REASONS, REST)}
    for code in never:
        fitting = (reason for reason, pattern in REASONS.items() if re.search(pattern, code))
        sorted_by[next(fitting, REST)].add(code)
    return sorted_by


def _line(name: str, codes: Sequence[str]) -> str:
    return f"* {name}: {_codes(codes)}"


def _codes(codes: Sequence[str] | set[str]) -> str:
    return " ".join(f"`{each}`" for each in sorted(codes)) or "—"


def sayable() -> tuple[set[str], re.Pattern[str]]:
    """Every text in the sandbox's code, and the forms of those that are put together there."""
    known, forms = set[str](), set[str]()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                known.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                parts = [
                    re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+"
                    for each in node.values
                ]
                forms.add("".join(parts))
    return known, re.compile("|".join(sorted(forms)))


def main() -> int:
    """Run the tests, and write what they met; the answer is that of pytest."""
    os.environ[WRITING] = "1"
    outcome = pytest.main(["-q", "-p", "no:randomly", str(HERE)])
    if outcome != pytest.ExitCode.OK:
        return int(outcome)
    produced = {
        method: sorted(code for name, code in MET if name == method) for method in sorted({m for m, _ in MET})
    }
    FOUND.write_text(yaml.safe_dump(produced, width=110), encoding="utf-8")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(render(produced), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
