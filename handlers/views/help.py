"""``/incident help``: the verbs, grouped by who needs them. One screen, no manual."""

from __future__ import annotations

from handlers.names import COMMAND, Verb
from handlers.views.kit import Message, actions, context, divider, message, section
from handlers.views.phrases import verb_button
from handlers.views.text import Markup, join

ANYBODY = (
    ("declare", "start an incident; anybody may"),
    ("report …", "say what you notice; it joins the incident that is open"),
    ("status", "where it stands"),
    ("catchup", "what you missed since you were last here, or `catchup 30m`"),
    ("log …", "write down what matters; a 📌 on a message does the same"),
    ("task @ada 20m …", "ask somebody to do something; `tasks` lists them"),
    ("decide A / B", "propose something; silence confirms, anybody may object"),
    ("impact …", "say what users experience"),
    ("hypothesis …", "say what you suspect; it stays in the room"),
    ("verify 2", "confirm what somebody else said"),
)
LEADING = (
    ("take", "take command, or contest it with a reason"),
    ("handover @ada", "offer command with a brief"),
    ("lead", "who leads the work on which service"),
    ("sev 1 …", "change the severity"),
    ("freeze", "what is held; approve or lift it"),
    ("mitigated …", "users are served again"),
    ("resolve", "it is over; the post-mortem drafts itself"),
)
SPEAKING = (
    ("release 2", "let stakeholders know a verified statement"),
    ("update", "read and send the stakeholder update"),
)
MORE = (
    "list · search · correct · join · fact · doing · workaround · estimate · facts · refute · contest · "
    "yield · recall · deputy · scribe · comms · team · override · thaw · approve · deny · "
    "reopen · close · breakglass · drill · private · public · backfill · known · review"
)


def help_text() -> Message:
    """Everything that can be asked for."""
    lead = Markup(
        f"`{COMMAND}` alone shows buttons. In an incident's room it means that incident; elsewhere it asks."
    )
    return message(
        lead,
        section(lead),
        divider(),
        section(_group("Anybody", ANYBODY)),
        section(_group("Command", LEADING)),
        section(_group("Stakeholders", SPEAKING)),
        context(Markup(f"Also: {MORE}")),
        actions(
            verb_button("Declare an incident…", Verb.DECLARE, None, style="primary"),
            verb_button("Live incidents", Verb.LIST, None),
        ),
    )


def _group(title: str, verbs: tuple[tuple[str, str], ...]) -> Markup:
    return join([Markup(f"*{title}*"), *[Markup(f"`{COMMAND} {verb}` {means}") for verb, means in verbs]])
