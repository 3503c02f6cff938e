"""Bots that start in a blink: a process that has imported everything, and is forked for each of them.

A bot needs a second to import its libraries, and a proof starts it thousands of times. So
one process imports them once, loads nothing else, and splits itself whenever a bot is
wanted. A child of it is a process of its own and dies of SIGKILL like any other.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOOK_EVERY = 0.05
"""Seconds, on systems that do not tell a stranger that a process has ended; Linux does."""


@dataclass(slots=True)
class Nursery:
    """The process that is forked, seen from outside."""

    mother: subprocess.Popen[bytes]

    async def launch(self, environment: Mapping[str, str], log_file: Path) -> Child:
        """``bot.demo.house.Launch``."""
        return Child(self, self.ask(start={"environment": dict(environment), "log": str(log_file)}))

    def ask(self, **request: object) -> int:
        """One request, one number."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write(json.dumps(request).encode() + b"\n")
        self.mother.stdin.flush()
        answer: int = json.loads(self.mother.stdout.readline())
        return answer


@dataclass(slots=True)
class Child:
    """One bot; ``bot.demo.house.Process``."""

    nursery: Nursery
    pid: int
    _code: int | None = None

    @property
    def returncode(self) -> int | None:
        if self._code is None:
            code = self.nursery.ask(look=self.pid)
            self._code = code if code != _RUNS else None
        return self._code

    def send_signal(self, number: int, /) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def kill_now(self) -> None:
        """Return when it is dead."""
        self.kill()
        if self._code is None:
            self._code = self.nursery.ask(bury=self.pid)

    async def wait(self) -> int:
        if hasattr(os, "pidfd_open") and self.returncode is None:
            await self._told()
        while (code := self.returncode) is None:
            await asyncio.sleep(LOOK_EVERY)
        return code

    async def _told(self) -> None:
        """Return when the system says that it has ended."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        watched = os.pidfd_open(self.pid)
        loop.add_reader(watched, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(watched)
            os.close(watched)


_RUNS = 1000
"""Said instead of an exit code: it has not ended."""


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery for as long as the block lasts; whoever still lives in it then is killed."""
    command = [sys.executable, "-m", "tests.soak.nursery"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as mother:
        try:
            bots = Nursery(mother)
            bots.ask(ready=True)
            yield bots
        finally:
            assert mother.stdin is not None
            mother.stdin.close()  # she goes when nobody speaks to her any more


# ---------------------------------------------------------------- inside the mother
def serve() -> None:
    """Answer requests until nobody asks."""
    import bot.app  # imported to be there when a child needs it
    import bot.cli  # noqa: F401 - likewise

    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, signal.SIG_IGN)  # she goes last, and takes everybody with her
    gc.collect()
    gc.freeze()  # children share what they never touch
    children: set[int] = set()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        print(_answer(request, children), flush=True)  # noqa: T201 - this is how she speaks
    for child in children:
        os.kill(child, signal.SIGKILL)


def _answer(request: dict[str, Any], children: set[int]) -> int:
    match request:
        case {"start": {"environment": environment, "log": log}}:
            child = _born(environment, log)
            children.add(child)
            return child
        case {"ready": _}:
            return 0
        case {"look": child}:
            return _code(child, children, os.WNOHANG)
        case {"bury": child}:
            return _code(child, children, 0)
        case _:
            raise ValueError(request)


def _code(child: int, children: set[int], how: int) -> int:
    pid, status = os.waitpid(child, how)
    if pid == 0:
        return _RUNS
    children.discard(child)
    return os.waitstatus_to_exitcode(status)


def _born(environment: Mapping[str, str], log: str) -> int:
    """Fork; the child never returns from here."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = _live(environment, log)
    finally:
        os._exit(code)


def _live(environment: Mapping[str, str], log: str) -> int:
    from bot.cli import main

    os.setsid()
    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDONLY)
    printed = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, file in enumerate((nothing, printed, printed)):
        os.dup2(file, number)
    try:
        main(["run"], prog_name="tocsin")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


if __name__ == "__main__":
    serve()
