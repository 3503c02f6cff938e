"""What a unit has read of an incident, so that it need not read the same again.

A unit that declares an incident writes down ten things in a row and asks before each of them
who commands. The answer cannot change under it: whoever wants to change it waits for the same
lock. So everything is forgotten when a lock is taken, and what a unit writes itself at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

V = TypeVar("V")


class Memory:
    """Answers by question, for the time of one unit."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], object] = {}

    async def recall(self, question: tuple[object, ...], ask: Callable[[], Awaitable[V]]) -> V:
        """The answer given before, or the one that ``ask`` gives now."""
        if question not in self._known:
            self._known[question] = await ask()
        answer: V = self._known[question]  # type: ignore[assignment] # put in by the same question
        return answer

    def forget(self, about: str = "") -> None:
        """Forget the answers to questions that begin with this word, or all of them."""
        if about:
            self._known = {question: known for question, known in self._known.items() if question[0] != about}
        else:
            self._known = {}
