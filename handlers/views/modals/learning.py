"""The post-mortem in dialogs: read it, edit it by section, conclude from it, publish it.

An input holds 3,000 characters (Slack docs, plain-text input) and a post-mortem more, so
it is edited section by section; one that is too long for an input is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.names import Callback, Field, Ref, section_field
from handlers.views.forms import MAX_INPUT, MAX_OPTIONS, MAX_VIEW_BLOCKS, choice, choices, modal, text_input
from handlers.views.kit import Block, View, context, divider, header, section
from handlers.views.prose import mrkdwn, words
from handlers.views.text import Markup, foreign, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import known_error_name
from playbooks.domain.review import Effect, Finding, Kinship, Proposal, Review

CREATE, ATTACH = "create", "attach"
MAX_SECTIONS = 40
_PIECE = 2_800
_HEADING = re.compile(r"^(?=## )", re.MULTILINE)
_EXPLAINED = {
    Kinship.NEW: "Nothing like it is known: it becomes a new known error.",
    Kinship.CANDIDATE: "It looks like {name}, but the cause is open.",
    Kinship.DUPLICATE: "{name} is about the same thing. The incident is added to it.",
    Kinship.SAME_CAUSE: "{name} has the same cause. The new way around is added to it.",
    Kinship.CONFLICT: "The way around contradicts the one of {name}. One of them has to change first.",
    Kinship.SIBLING: "It looks like {name}, but has another cause. Say how to tell them apart.",
    Kinship.SAME_CAUSE_ELSEWHERE: "{name} has the same cause with other symptoms.",
}


def sections_of(body: str) -> list[str]:
    """The post-mortem cut before each ``## `` heading; joined together they are the body again."""
    return [part for part in _HEADING.split(body) if part]


def read(review: Review) -> View:
    """The whole text, to be read on a phone."""
    pieces = [piece for part in sections_of(review.body) for piece in _pieces(part)]
    shown = pieces[: MAX_VIEW_BLOCKS - 1]
    rest = context(Markup("It goes on; edit it to see the rest.")) if len(pieces) > len(shown) else None
    blocks = shown or [section(Markup("It is empty."))]
    return modal("Post-mortem", Callback.READING, Ref(), *blocks, rest, close="Close")


def edit(review: Review) -> View:
    """One input a section."""
    parts = sections_of(review.body)[:MAX_SECTIONS]
    return modal(
        "Edit the post-mortem",
        Callback.REVIEW,
        Ref(incident=review.incident, subject=review.id, fence=review.version),
        *[_part(number, part) for number, part in enumerate(parts)],
        submit="Save",
    )


def finding(review: Review, handbook: Handbook) -> View:
    """What the incident taught: symptom, cause and the way around it."""
    told = review.finding
    return modal(
        "What we learned",
        Callback.FINDING,
        Ref(incident=review.incident, subject=review.id, fence=review.version),
        text_input(
            Field.SYMPTOM,
            "What did users and monitoring see?",
            initial=told.symptom if told else "",
            lines=True,
            limit=1_000,
        ),
        text_input(
            Field.CAUSE,
            "What was behind it?",
            initial=told.cause if told else "",
            lines=True,
            optional=True,
            limit=1_000,
            hint="Leave it empty while it is not known.",
        ),
        text_input(
            Field.WORKAROUND,
            "What helps next time?",
            initial=told.workaround if told else "",
            lines=True,
            optional=True,
            limit=1_000,
        ),
        text_input(
            Field.EFFECTS,
            "What does that change?",
            initial=written_effects(told.effects) if told else "",
            placeholder="pool.max set 40",
            lines=True,
            optional=True,
            limit=1_000,
            hint="One a line: what, what is done to it, to which value. Contradictions are found by it.",
        ),
        _services(told, handbook),
        text_input(
            Field.SIGNATURE,
            "How can it be recognised?",
            initial="\n".join(told.signature) if told else "",
            placeholder="alert:CheckoutErrors",
            lines=True,
            optional=True,
            limit=1_000,
            hint="One a line: alert:…, err:… or exc:…",
        ),
        submit="Save",
    )


def publish(review: Review, proposal: Proposal) -> View:
    """What publishing would do to the known errors, for a person to confirm."""
    name = known_error_name(proposal.known_error) if proposal.known_error is not None else "nothing"
    options = [(CREATE, "Make a new known error")]
    if proposal.known_error is not None:
        options.insert(0, (ATTACH, f"Add it to {name}"))
    prefers_new = proposal.kinship in (Kinship.NEW, Kinship.SIBLING)
    return modal(
        "Publish",
        Callback.PUBLISH,
        Ref(incident=review.incident, subject=review.id, fence=review.version),
        section(Markup(_EXPLAINED[proposal.kinship].format(name=f"*{name}*"))),
        context(say("Why: {why}", why=foreign(proposal.why, 500) or Markup("no known error comes near"))),
        choice(
            Field.CHOICE,
            "What shall become of it?",
            options,
            initial=CREATE if prefers_new else ATTACH,
            radio=True,
        ),
        submit="Publish",
    )


def written_effects(effects: Sequence[Effect]) -> str:
    """Effects as people write them, one a line."""
    return "\n".join(" ".join(part for part in (e.target, e.action, e.value) if part) for e in effects)


def _part(number: int, part: str) -> Block:
    title = words(part.partition("\n")[0].lstrip("# ").strip()) or "Text"
    if len(part) > MAX_INPUT:
        return context(
            say("*{title}* is too long to edit here and is kept as it is.", title=foreign(title, 100))
        )
    return text_input(section_field(number), title[:150], initial=part, lines=True, optional=True)


def _services(told: Finding | None, handbook: Handbook) -> Block:
    services = sorted(handbook.catalogue.services.items(), key=lambda item: item[1].title.casefold())
    named = told.services if told else ()
    first = [(name, known.title) for name, known in services if name in named]
    others = [(name, known.title) for name, known in services if name not in named]
    return choices(Field.SERVICES, "Which services?", [*first, *others][:MAX_OPTIONS], initial=named)


def _pieces(part: str) -> list[Block]:
    heading, _, text = part.partition("\n")
    blocks: list[Block] = []
    if heading.startswith("#"):
        blocks = [divider(), header(words(heading.lstrip("# ")) or "…")]
    else:
        text = part
    said = text.strip()
    return blocks + [
        section(mrkdwn(said[i : i + _PIECE]))
        for i in range(0, len(said), _PIECE)
        if said[i : i + _PIECE].strip()
    ]
