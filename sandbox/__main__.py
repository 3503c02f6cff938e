"""``python -m sandbox``: a Slack workspace on this machine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.control.admin import credentials
from sandbox.manifest import ManifestInvalid, load_manifest
from sandbox.seed import SeedInvalid, load_seed
from sandbox.serving import HostRefused, serving
from sandbox.state import Knobs, Workspace

# The names that Bolt's guides use; the last one is ours, for the base URL of a client.
VARIABLES = {
    "SLACK_BOT_TOKEN": "bot_token",
    "SLACK_APP_TOKEN": "app_token",
    "SLACK_SIGNING_SECRET": "signing_secret",
    "SLACK_API_URL": "api_url",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted; 2 for what cannot be run."""
    given = parser().parse_args(arguments)
    try:
        asyncio.run(run(given))
    except (ManifestInvalid, SeedInvalid, HostRefused, OSError) as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    made.add_argument(
        "--app", action="append", default=[], type=Path, metavar="MANIFEST", help="install this app"
    )
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", default=0, type=int, help="0 takes a free one")
    made.add_argument("--public", action="store_true", help="allow an address that others can reach")
    made.add_argument("--seed", type=Path, metavar="FILE.yaml", help="another cast than the built-in one")
    made.add_argument("--clock", choices=("real", "manual", "scaled"), default="real")
    made.add_argument(
        "--factor", type=float, default=1.0, help="virtual seconds per second, with --clock scaled"
    )
    made.add_argument("--rate-limits", choices=("documented", "strict", "off"), default="documented")
    made.add_argument("--json", action="store_true", help="print one line of JSON per app")
    return made


def _introduced(app: dict[str, Any], *, as_json: bool) -> str:
    """What a bot must be told: variables for a shell, or everything as JSON."""
    if as_json:
        return json.dumps(app)
    transport = "Socket Mode" if app["socket_mode"] else "HTTP"
    lines = [f"# {app['name']}, over {transport}"]
    lines += [f"export {variable}={app[key]}" for variable, key in VARIABLES.items()]
    return "\n".join(lines)


async def run(given: argparse.Namespace) -> None:
    """Serve, say where and with which credentials, and wait for the end."""
    workspace = Workspace(
        load_seed(given.seed) if given.seed else None,
        clock=Clock(given.clock, factor=given.factor),
        knobs=Knobs(rate_limits=given.rate_limits),
    )
    manifests = [load_manifest(each) for each in given.app]
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in event loops
            asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with serving(workspace=workspace, host=given.host, port=given.port, public=given.public) as url:
        print(f"# Slack sandbox: {url}", flush=True)
        for manifest in manifests:
            app = workspace.install_app(manifest.raw)
            print(_introduced(credentials(workspace, app), as_json=given.json), flush=True)
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
