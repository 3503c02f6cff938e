"""``/incident backfill``: a form for an incident that is over."""

from __future__ import annotations

from datetime import UTC, datetime

from handlers.names import Field
from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.slack.payloads import Submission
from handlers.views import answers
from handlers.views.kit import View
from handlers.views.modals import backfilling as forms
from playbooks.domain.backfill import Past
from playbooks.domain.errors import NeedsWords
from playbooks.domain.incident import ResolutionCode
from playbooks.protocol import backfill


async def typed(call: Call) -> None:
    """Open the form."""
    title = grammar.readable(call.words).strip()
    await call.show(forms.backfill(call.handbook, at=call.desk.ports.clock.now(), title=title))


async def submitted(call: Call, form: Submission) -> View:
    """Enter it into the record. Raises NeedsWords for times that cannot be."""
    past = Past(
        title=form.words(Field.TITLE),
        service=form.words(Field.SERVICE),
        severity=int(form.words(Field.SEVERITY) or 0),
        began_at=_instant(form, Field.BEGAN),
        detected_at=_instant(form, Field.DETECTED),
        mitigated_at=_instant(form, Field.MITIGATED),
        resolved_at=_instant(form, Field.RESOLVED),
        code=_code(form.words(Field.CODE)),
        note=form.words(Field.NOTE),
    )
    incident = await backfill.enter(call.ports, past=past, by=call.user)
    return answers.shown("In the record", forms.entered(incident))


def _instant(form: Submission, field: Field) -> datetime:
    """Slack gives seconds since 1970 (Slack docs, datetime picker element)."""
    given = form.words(field)
    if not given.isdecimal() or len(given) > 11:  # noqa: PLR2004 - seconds until the year 5000
        raise NeedsWords("Say when it was.")
    return datetime.fromtimestamp(int(given), UTC)


def _code(word: str) -> ResolutionCode:
    try:
        return ResolutionCode(word)
    except ValueError:
        raise NeedsWords("Say how it ended.") from None
