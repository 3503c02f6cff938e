"""How a submitted modal is answered: closed, replaced by how it went, or sent back with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from handlers.deps import Desk, Unavailable
from handlers.names import BadRef, Callback
from handlers.slack.calls import Call, Windows
from handlers.slack.edge import fate_of, once, require_known, require_welcome, why_not
from handlers.slack.payloads import Submission, described
from handlers.slack.submissions import SUBMISSIONS
from handlers.views import answers
from handlers.views.text import Markup, refusal
from playbooks.domain.errors import AwaitsWord, NeedsWords, ProtocolError, Repeated, StaleWrite
from playbooks.domain.ids import UserId

Response = dict[str, Any]
"""Arguments of ``ack``; empty closes the modal."""


async def submitted(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Response:
    """Do what the modal is for; whatever goes wrong is shown in it, and nothing typed is lost."""
    try:
        form = Submission.model_validate(body)
    except ValidationError as unclear:
        desk.complain("slack.not_understood", where="submission", reason=described(unclear))
        return _instead("Not understood", answers.TELL_A_PERSON)
    return await _answered(desk, windows, form)


async def _answered(desk: Desk, windows: Windows, form: Submission) -> Response:
    try:
        return await _done(desk, windows, form)
    except Repeated:
        return {}
    except (ProtocolError, StaleWrite) as no:
        return _refused(desk, form, no)
    except (BadRef, ValueError) as unclear:
        desk.complain("slack.not_understood", where=form.view.callback_id, reason=described(unclear))
        return _sent_back(desk, form, "This form is too old to be understood. Open it again.")
    except Unavailable as away:
        desk.complain("slack.unavailable", where=form.view.callback_id, reason=str(away))
        return _sent_back(desk, form, answers.AWAY[away.fate])
    except Exception as unexpected:  # noqa: BLE001 - the edge answers, whatever happened inside
        desk.complain(
            "slack.failed", where=form.view.callback_id, reason=repr(unexpected), exc_info=unexpected
        )
        return _sent_back(desk, form, answers.STUMBLED[await fate_of(desk, "form", form.key)])


async def _done(desk: Desk, windows: Windows, form: Submission) -> Response:
    await require_welcome(desk, form.user.id, form.user.team_id)
    ref, submit = form.ref, SUBMISSIONS.get(Callback(form.view.callback_id))
    if submit is None:
        raise BadRef(form.view.callback_id)
    call = Call(
        desk=desk,
        ports=once(desk, "form", form.key, form.user.id),
        windows=windows,
        user=UserId(form.user.id),
        trigger=form.trigger_id,
        words=ref.words,
        incident=ref.incident,
    )
    await require_known(desk, call.ports, call.incident, form.user.id, channel="")
    view = await submit(call, form)
    return {} if view is None else {"response_action": "update", "view": view}


def _refused(desk: Desk, form: Submission, no: ProtocolError | StaleWrite) -> Response:
    """The reason, where it can be mended; what waits for somebody else's word is done with this form."""
    if isinstance(no, AwaitsWord):
        return _instead("Asked first", why_not(no))
    return _sent_back(desk, form, why_not(no), about=no.about if isinstance(no, NeedsWords) else "")


def _sent_back(desk: Desk, form: Submission, text: str, *, about: str = "") -> Response:
    """The reason below the input that it is ``about``, else the first; without inputs, in their place."""
    if not form.fields:
        return _instead("Not done", text)
    words = answers.refused_plainly(text, desk.ports.handbook())
    return {"response_action": "errors", "errors": {about if about in form.fields else form.fields[0]: words}}


def _instead(title: str, text: str) -> Response:
    return {"response_action": "update", "view": answers.shown(title, refusal(text) or Markup("…"))}
