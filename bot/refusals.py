"""Whatever a person can repair becomes one sentence and exit code 2, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from bot.slack.introduction import Unwelcome
from config.shown import without_password
from config.sources import BadSettings
from playbooks.loader import Broken
from storage.engine import out_of_reach
from storage.schema import SchemaMismatch


class Refusal(click.ClickException):
    """Something that a person can repair."""

    exit_code = 2


@contextmanager
def in_words() -> Iterator[None]:
    """Raises Refusal for what a person can repair, and everything else as it is."""
    try:
        yield
    except SchemaMismatch as mismatch:
        raise Refusal(f"{mismatch}") from mismatch
    except (BadSettings, Broken) as wrong:
        raise Refusal("\n".join(map(str, wrong.mistakes))) from wrong
    except (Unwelcome, OSError) as trouble:
        raise Refusal(str(trouble)) from trouble
    except ExceptionGroup as several:
        unwelcome = several.subgroup(Unwelcome)
        if unwelcome is None:
            raise
        raise Refusal(str(_first(unwelcome))) from several
    except Exception as trouble:
        away = database_trouble(trouble)
        if away is None:
            raise
        raise Refusal(away) from trouble


def database_trouble(trouble: Exception) -> str | None:
    """A sentence about a database that does not answer; None if it is something else."""
    away = out_of_reach(trouble)
    if away is None:
        return None
    says = str(away).strip().splitlines()[0]
    return f"The database does not answer: {without_password(says)}"


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
