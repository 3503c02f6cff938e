"""The post-mortem in the room: it drafted itself; a person edits, concludes and publishes."""

from __future__ import annotations

from handlers.names import Action, Ref
from handlers.views.kit import Element, Message, actions, button, context, message, section
from handlers.views.phrases import count, named
from handlers.views.text import Markup, date_and_time, foreign, join, person, say
from playbooks.domain.ids import known_error_name
from playbooks.domain.review import Review, ReviewState
from playbooks.protocol.picture import Picture


def review_ready(picture: Picture) -> Message:
    """Where the post-mortem stands, and what is left to do."""
    review = picture.review
    if review is None:
        nothing = say(
            "{named} has no post-mortem yet. It is drafted when it is resolved.",
            named=named(picture.incident),
        )
        return message(nothing, section(nothing))
    lead = _lead(review, picture)
    return message(
        lead,
        section(join([lead, _todo(review)])),
        context(_counted(picture), say("drafted {at}", at=date_and_time(review.drafted_at))),
        actions(*_buttons(review, picture)),
    )


def _lead(review: Review, picture: Picture) -> Markup:
    if review.state is ReviewState.PUBLISHED:
        by = person(review.published_by) if review.published_by else Markup("somebody")
        return say(
            "📘 The post-mortem of {named} is published by {by}.", named=named(picture.incident), by=by
        )
    return say(
        "📝 The post-mortem of {named} has drafted itself from the log.", named=named(picture.incident)
    )


def _todo(review: Review) -> Markup:
    if review.known_error is not None:
        return say("What it taught is {name}.", name=known_error_name(review.known_error))
    if review.finding is None:
        return Markup("Read it, say in *What we learned…* what to do next time, then publish.")
    around = foreign(review.finding.workaround or review.finding.symptom, 300)
    return say("*Learned* {around}", around=around)


def _counted(picture: Picture) -> Markup:
    return say(
        "{entries} in the log · {facts} · {updates} sent",
        entries=count(picture.log_head[0], "entry", "entries"),
        facts=count(len(picture.facts), "fact"),
        updates=count(sum(1 for u in picture.updates if u.sent_at), "update"),
    )


def _buttons(review: Review, picture: Picture) -> list[Element]:
    ref = Ref(incident=picture.incident.id, subject=review.id)
    buttons = [button("Read", Action.READ_REVIEW, ref)]
    if review.state is ReviewState.PUBLISHED:
        return buttons
    return [
        *buttons,
        button("Edit…", Action.EDIT_REVIEW, ref),
        button("What we learned…", Action.WRITE_FINDING, ref),
        button("Publish…", Action.PUBLISH_REVIEW, ref, style="primary" if review.finding else ""),
    ]
