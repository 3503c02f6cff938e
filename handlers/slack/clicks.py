"""A pressed button: who pressed it, what it is about, and where its answer belongs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.deps import Desk
from handlers.names import Action, Callback, Field, Ref, Verb, verb_action
from handlers.slack import declaring, reporting
from handlers.slack.actions import ACTIONS
from handlers.slack.calls import Call, Reply, Windows, as_reply
from handlers.slack.edge import once, require_known, require_welcome
from handlers.slack.payloads import Click
from handlers.slack.verbs import perform
from handlers.views import answers
from playbooks.domain.ids import UserId

FOLLOWED: dict[tuple[str, str], Callable[[Call, Click], Awaitable[None]]] = {
    (Callback.DECLARE, Field.SERVICE): declaring.follow,
    (Callback.DECLARE, Field.SEVERITY): declaring.follow,
    (Callback.DECLARE, Field.KIND): declaring.follow,
    (Callback.REPORT, Field.SERVICE): reporting.follow,
}
"""Inputs whose form follows what is chosen in them, by form and input."""
VERB_OF = {verb_action(verb): verb for verb in Verb}


async def pressed(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """What the button did, for the one who pressed it; None if there is nothing to say."""
    click = Click.model_validate(body)
    await require_welcome(desk, click.user.id, click.user.team_id)
    button = click.actions[0]
    ref = button.ref
    call = Call(
        desk=desk,
        ports=once(desk, "click", click.trigger_id, click.user.id),
        windows=windows,
        user=UserId(click.user.id),
        trigger=click.trigger_id,
        words=_words(click, ref),
        incident=ref.incident,
        modal=click.modal,
    )
    await require_known(desk, call.ports, call.incident, click.user.id, click.place)
    verb = VERB_OF.get(button.action_id)
    if verb is not None:
        return as_reply(await perform(call, verb))
    follow = FOLLOWED.get((click.view.callback_id, button.action_id)) if click.view else None
    if follow is not None:
        await follow(call, click)
        return None
    if button.action_id not in tuple(Action):
        return Reply(message=answers.outdated())
    return await ACTIONS[Action(button.action_id)](call, ref)


def _words(click: Click, ref: Ref) -> str:
    """The words on the button; in the form to declare, those that are written there by now."""
    if click.view is not None and click.view.callback_id == Callback.DECLARE:
        return click.view.words(Field.TITLE) or ref.words
    return ref.words
