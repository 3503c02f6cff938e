"""Lists the documented error codes that the sandbox never answers with, by method.

Run with ``python -m tests.sandbox.api.coverage``. A code counts as answered if it is a
literal anywhere in the sandbox; which method reaches it is for the tests to say.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.sandbox.api.contract import METHODS

SOURCES = Path(__file__).parents[3] / "sandbox"


def literals() -> set[str]:
    """Every string in the sandbox's code."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def never_answered() -> dict[str, list[str]]:
    """Method by method, what Slack documents and the sandbox cannot say."""
    known = literals()
    missing = {method: sorted(set(page["errors"]) - known) for method, page in METHODS.items()}
    return {method: codes for method, codes in missing.items() if codes}


if __name__ == "__main__":
    for name, codes in never_answered().items():
        print(f"{name}: {', '.join(codes)}")  # noqa: T201  a report is what this is for
