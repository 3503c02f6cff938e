"""What is said when something happened: to the room in one sentence, to a person with buttons.

The bot is quiet. What people say, mark and state is written down without a word; changes
of state are said once, in words that need no manual.
"""

from __future__ import annotations

from handlers.views.notices.private import private_notice
from handlers.views.notices.room import room_notice

__all__ = ["private_notice", "room_notice"]
