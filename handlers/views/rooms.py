"""The war room's own words: its name, its topic, its bookmarks.

Names hold the incident's number and a service, never its title: a channel name is visible
to people who may not read the channel.
"""

from __future__ import annotations

import re
import unicodedata

from handlers.views.phrases import sign, state_word
from handlers.views.text import is_address, plain
from playbooks.domain.ids import incident_name
from playbooks.domain.incident import Incident
from playbooks.protocol.picture import Picture
from playbooks.schema import Playbook

MAX_NAME = 80  # Slack docs, conversations.create
MAX_TOPIC = 250  # Slack docs, conversations.setTopic
MAX_BOOKMARKS = 4

_ILLEGAL = re.compile(r"[^a-z0-9_-]+")


def room_name(about: Picture | Incident, playbook: Playbook, attempt: int = 1) -> str:
    """``inc-7-checkout``; the second attempt ends in ``-2``, and so on. A drill's begins with ``drill-``.

    A private one's names no service: ``inc-7-private``.
    """
    incident = about if isinstance(about, Incident) else about.incident
    service = incident.impacted[0] if incident.impacted else "incident"
    service = "private" if incident.private else service  # everybody may see that the name is taken
    written = playbook.room.name.replace("{number}", str(incident.id)).replace("{service}", service)
    suffix = "" if attempt <= 1 else f"-{attempt}"
    written = written if incident.drill is None else f"drill-{written}"
    name = _slug(written)[: MAX_NAME - len(suffix)].strip("-_")
    return f"{name or f'inc-{incident.id}'}{suffix}"


def topic(picture: Picture) -> str:
    """What stands above the room. It takes no markup, so it names no people."""
    wanted = picture.tenure is None and picture.incident.is_live
    services = ", ".join(picture.service_titles[:3])
    parts = [
        f"{sign(picture.incident)} {picture.severity_name}",
        state_word(picture.incident),
        services,
        "commander wanted" if wanted else "",
    ]
    return plain(" · ".join(part for part in (*parts, "/incident for the menu") if part), MAX_TOPIC)


def bookmarks(picture: Picture, public_url: str) -> tuple[tuple[str, str, str], ...]:
    """Title, address and emoji of what people look for: the alerts behind it, and its short address."""
    number = incident_name(picture.incident.id)
    alerts = {e.link: e.title for e in reversed(picture.episodes) if is_address(e.link)}
    marks = [(plain(f"Alert: {title}", 75), link, ":rotating_light:") for link, title in alerts.items()]
    address = f"{public_url}/incidents/{picture.incident.id}"
    if is_address(address) and not picture.incident.private:
        marks.append((f"{number}: link to share", address, ":link:"))
    return tuple(marks[-MAX_BOOKMARKS:])


def _slug(words: str) -> str:
    """Legal for a channel: accents and capitals dropped, everything else a dash."""
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return _ILLEGAL.sub("-", ascii_only).strip("-_")
