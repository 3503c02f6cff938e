"""Identifiers and secrets, shaped like Slack's and the same in every run.

Random parts come from one seeded generator; what belongs to an app is derived
from the app's name, so a bot can be configured before it is registered.
"""

from __future__ import annotations

import hashlib
import random
import string
from dataclasses import dataclass

BASE36 = string.digits + string.ascii_uppercase
ID_LENGTH = 10  # after the prefix, as in C012AB3CD4E


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an installed app holds."""

    app_id: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    client_id: str
    client_secret: str
    verification_token: str


class Ids:
    """Fresh identifiers, reproducible from the seed."""

    def __init__(self, seed: int = 0) -> None:
        self.dice = random.Random(seed)
        self._given: set[str] = set()

    def fresh(self, prefix: str) -> str:
        """An identifier such as ``C0…`` that was not given before."""
        while True:
            made = prefix + "0" + "".join(self.dice.choices(BASE36, k=ID_LENGTH - 1))
            if made not in self._given:
                self._given.add(made)
                return made

    def hex(self, length: int) -> str:
        return "".join(self.dice.choices(string.hexdigits[:16], k=length))


def credentials_of(app_name: str) -> Credentials:
    """The ids, tokens and secrets of the app with this name; always the same for the same name."""
    digest = hashlib.sha256(app_name.encode()).hexdigest()

    def mark(purpose: str, length: int) -> str:
        return hashlib.sha256(f"{purpose}:{digest}".encode()).hexdigest()[:length]

    def ident(prefix: str, purpose: str) -> str:
        number = int(mark(purpose, 24), 16)
        letters = ""
        for _ in range(ID_LENGTH - 1):
            number, rest = divmod(number, len(BASE36))
            letters += BASE36[rest]
        return f"{prefix}0{letters}"

    app_id = ident("A", "app")
    return Credentials(
        app_id=app_id,
        bot_user_id=ident("U", "bot user"),
        bot_id=ident("B", "bot"),
        bot_token=f"xoxb-{int(mark('team', 10), 16)}-{int(mark('user', 10), 16)}-{mark('bot token', 24)}",
        app_token=f"xapp-1-{app_id}-{int(mark('level', 10), 16)}-{mark('app token', 64)}",
        signing_secret=mark("signing secret", 32),
        client_id=f"{int(mark('team', 10), 16)}.{int(mark('client', 10), 16)}",
        client_secret=mark("client secret", 32),
        verification_token=mark("verification token", 24),
    )
