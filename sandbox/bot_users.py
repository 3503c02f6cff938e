"""Who an app is among people: a user with a name, who posts and is invited."""

from __future__ import annotations

from sandbox.model import App, User


def bot_user(app: App, now: int) -> User:
    """The user as which an app posts."""
    handle = "".join(
        each for each in app.manifest.bot_name.lower().replace(" ", "_") if each.isalnum() or each in "_-."
    )
    return User(
        id=app.bot_user_id,
        name=handle or "bot",
        real_name=app.manifest.bot_name,
        tz="America/Los_Angeles",
        tz_label="Pacific Daylight Time",
        bot_id=app.bot_id,
        app_id=app.id,
        updated=now,
    )
