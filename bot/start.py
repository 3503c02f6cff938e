"""Where the command ``tocsin`` begins: nothing is imported here that takes long."""

from __future__ import annotations

from bot.collector import making_what_stays


def main() -> None:
    """Read the command line and do what it says."""
    with making_what_stays():
        from bot.cli import main as command  # noqa: PLC0415 - its imports are what takes long

    command()


if __name__ == "__main__":
    main()
