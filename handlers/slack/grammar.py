"""``/incident <verb> …``: read forgivingly, because nobody spells at three in the morning.

Case, hyphens and plurals do not matter, common words mean the same verb, an incident may
be named anywhere by its number, and what is not understood is answered with a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

from handlers.names import Verb
from handlers.slack.payloads import storable
from playbooks.domain.ids import IncidentId, UserId

MAX_WORDS = 40_000
"""As long as a message may be (Slack docs, chat.postMessage), and as much as the log keeps."""

SAME = {
    Verb.MENU: "menu more",
    Verb.HELP: "help h ? commands usage",
    Verb.DECLARE: "declare new open start create raise",
    Verb.REPORT: "report notice complain",
    Verb.MERGE: "merge merged same duplicate",
    Verb.LIST: "list ls incidents live all",
    Verb.STATUS: "status show card overview info st summary",
    Verb.SEARCH: "search find grep look",
    Verb.CATCHUP: "catchup missed whatsnew",
    Verb.JOIN: "join enter room",
    Verb.LOG: "log note timeline event write pin",
    Verb.CORRECT: "correct correction amend rectify",
    Verb.TASK: "task assign todo delegate",
    Verb.TASKS: "tasks todos assignments",
    Verb.DECIDE: "decide decision decisions propose proposal proposals",
    Verb.TAKE: "take claim command takecommand commander ic",
    Verb.CONTEST: "contest dispute challenge",
    Verb.YIELD: "yield giveway",
    Verb.HANDOVER: "handover handoff transfer pass",
    Verb.RECALL: "recall silent missing absent",
    Verb.DEPUTY: "deputy second",
    Verb.SCRIBE: "scribe secretary",
    Verb.COMMS: "comms commslead communications spokesperson",
    Verb.LEAD: "lead leads leader leading workstream workstreams",
    Verb.TEAM: "team teams subteam squad crew",
    Verb.OVERRIDE: "override overrule takeover",
    Verb.IMPACT: "impact customers users",
    Verb.SCOPE: "scope",
    Verb.FACT: "fact observed finding",
    Verb.DOING: "doing action",
    Verb.WORKAROUND: "workaround bypass mitigation",
    Verb.ESTIMATE: "estimate eta",
    Verb.HYPOTHESIS: "hypothesis cause theory suspect guess hypo rootcause",
    Verb.FACTS: "facts statements hypotheses known-facts",
    Verb.VERIFY: "verify confirm check",
    Verb.RELEASE: "release",
    Verb.REFUTE: "refute wrong disprove retract",
    Verb.UPDATE: "update send tell digest inform",
    Verb.FREEZE: "freeze frozen holds held changes",
    Verb.THAW: "thaw unfreeze lift",
    Verb.APPROVE: "approve allow exempt",
    Verb.DENY: "deny refuse",
    Verb.MITIGATE: "mitigate mitigated stable fixed",
    Verb.RESOLVE: "resolve resolved over end done solved",
    Verb.SEVERITY: "sev severity priority upgrade downgrade",
    Verb.REOPEN: "reopen reopened again back",
    Verb.CLOSE: "close closed",
    Verb.BREAK_GLASS: "breakglass glass emergency",
    Verb.KNOWN: "known known-errors knownerror ke errors",
    Verb.BACKFILL: "backfill afterwards past",
    Verb.CHILD: "child partof",
    Verb.DRILL: "drill exercise rehearsal",
    Verb.PRIVATE: "private privately confidential secret",
    Verb.PUBLIC: "public disclose",
    Verb.REVIEW: "review postmortem retro pir learn",
}

_INCIDENT = re.compile(r"(?<!\S)(?:#|inc[-_ ]?)(\d{1,9})(?!\S)", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"\s*(\d{1,9})(?:\s+|\Z)")
_OTHER = re.compile(r"(?:(?:into|with|to|as|of)\s+)?(?:#|inc[-_ ]?)?(\d{1,9})(?!\S)", re.IGNORECASE)
_SEVERITY = re.compile(r"(?:sev|s|p|priority)?[- ]?(\d)(?!\w)\s*", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:(?:for|in|within)\s+)?(?:(\d{1,3})\s*h(?:ours?)?\s*)?(?:(\d{1,4})\s*m(?:in(?:utes?)?)?)?(?=[\s:,.]|\Z)[:,.]?\s*",
    re.IGNORECASE,
)
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_SPAN = re.compile(
    r"(?<!\S)(?=\d)(?:(\d{1,3})\s?h(?:ours?)?)?\s?(?:(\d{1,4})\s?m(?:in(?:ute)?s?)?)?(?!\S)", re.IGNORECASE
)
_TO = re.compile(r"(?:to\s+)?(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|(?:me|myself)(?!\w))[:,]?\s*", re.IGNORECASE)
_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>|(?<!\S)(https?://\S+)")
_WRAPPED_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_LABELLED = re.compile(r"<([@#])[A-Z0-9]+\|([^>]+)>")
_SEPARATORS = re.compile(r"[-_]")


def _spelling(word: str) -> str:
    return _SEPARATORS.sub("", word.casefold()).rstrip(".:!,;")


WORDS = {_spelling(word): verb for verb, same in SAME.items() for word in same.split()}
PAIRS = {
    "hand over": Verb.HANDOVER,
    "part of": Verb.CHILD,
    "child of": Verb.CHILD,
    "hand off": Verb.HANDOVER,
    "take command": Verb.TAKE,
    "claim command": Verb.TAKE,
    "give way": Verb.YIELD,
    "take over": Verb.OVERRIDE,
    "who leads": Verb.LEAD,
    "comms lead": Verb.COMMS,
    "task list": Verb.TASKS,
    "list tasks": Verb.TASKS,
    "my tasks": Verb.TASKS,
    "break glass": Verb.BREAK_GLASS,
    "known error": Verb.KNOWN,
    "known errors": Verb.KNOWN,
    "catch up": Verb.CATCHUP,
    "what happened": Verb.CATCHUP,
    "root cause": Verb.HYPOTHESIS,
    "post mortem": Verb.REVIEW,
    "change freeze": Verb.FREEZE,
    "way around": Verb.WORKAROUND,
    "severity to": Verb.SEVERITY,
    "sev to": Verb.SEVERITY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for."""

    verb: Verb
    words: str = ""
    incident: IncidentId | None = None
    """The incident they named; None means the one whose room this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Puzzle:
    """A word that is no verb, what it could have meant, and everything that was written."""

    word: str
    guesses: tuple[Verb, ...]
    words: str
    rest: str
    """What follows the word: the words of the verb that was meant."""


def parse(text: str) -> Request | Puzzle:
    """Understand a command's text; Slack's own escapes in it are kept as they are."""
    said = text[:MAX_WORDS].strip()
    named = _leading_number(said)
    incident, rest = (IncidentId(int(named[1])), said[named.end() :].strip()) if named else (None, said)
    if not rest:
        return Request(verb=Verb.MENU if incident is None else Verb.STATUS, incident=incident)
    verb, words = _verb(rest)
    if verb is None:
        word, _, after = rest.partition(" ")
        return Puzzle(word=word, guesses=_guesses(word), words=said, rest=after.strip())
    if incident is None and verb not in (Verb.MERGE, Verb.CHILD):  # the incident it names is the other one
        incident, words = _incident_within(words)
    return Request(verb=verb, words=words, incident=incident)


def number(words: str) -> tuple[int | None, str]:
    """A leading number, such as a statement's, and what follows it."""
    found = re.match(r"(?:no\.?|nr\.?|#)?\s*(\d{1,6})(?!\w)\s*", words, re.IGNORECASE)
    return (int(found[1]), words[found.end() :].strip()) if found else (None, words)


def incident(words: str) -> tuple[IncidentId | None, str]:
    """``INC-3``, ``into #3``, ``3`` … and what follows."""
    found = _OTHER.match(words.strip())
    return (IncidentId(int(found[1])), words.strip()[found.end() :].strip()) if found else (None, words)


def severity(words: str) -> tuple[int | None, str]:
    """``1``, ``sev1``, ``SEV-1``, ``to 1`` … and what follows."""
    rest = words.strip().removeprefix("to ").strip()
    found = _SEVERITY.match(rest)
    return (int(found[1]), rest[found.end() :].strip()) if found else (None, words)


def length(words: str) -> tuple[timedelta | None, str]:
    """``20m``, ``1h 30m``, ``for 45 min`` … and what follows; None if the words begin with no duration."""
    found = _LENGTH.match(words.strip())
    if found is None or not any(found.groups()):
        return None, words.strip()
    hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes), words.strip()[found.end() :].strip()


def options(words: str) -> tuple[str, ...]:
    """``roll back / fail over``, with ``what to do:`` before it or not; empty without a choice."""
    parts = [part.strip() for part in re.split(r"\s/\s", words)]
    if len(parts) == 1:
        return ()
    _, question, first = parts[0].rpartition(": ")
    return tuple(part for part in (first.strip() if question else parts[0], *parts[1:]) if part)


def assignee(words: str, me: UserId) -> tuple[UserId | None, str]:
    """``<@U0BOB>`` or ``me`` at the beginning, and what follows."""
    found = _TO.match(words.strip())
    if found is None:
        return None, words.strip()
    rest = words.strip()[found.end() :].strip()
    return (UserId(found[1]) if found[1] else me), rest


def user(words: str) -> UserId | None:
    """The first person mentioned; names that Slack did not turn into an id do not count."""
    found = _USER.search(words)
    return UserId(found[1]) if found else None


def users(words: str) -> tuple[UserId, ...]:
    """Everybody mentioned, each once."""
    return tuple(dict.fromkeys(UserId(found) for found in _USER.findall(words)))


def without_users(words: str) -> str:
    """The words without the people mentioned in them."""
    return " ".join(_USER.sub(" ", words).split())


def span(words: str) -> tuple[timedelta | None, str]:
    """``30m``, ``1h 30m``, ``45 min`` anywhere in the words, and the words without it."""
    found = _SPAN.search(words)
    if found is None:
        return None, words
    length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))
    return length, f"{words[: found.start()]} {words[found.end() :]}".strip()


def back(words: str) -> timedelta | None:
    """``30m``, ``the last 2 h``, ``since 45 min``, ``90``: how far to look back; a bare number is minutes."""
    length, _ = span(words)
    bare = re.fullmatch(r"\D*(\d{1,5})\s*", words)
    if length is None and bare:
        length = timedelta(minutes=int(bare[1]))
    return length or None


def page(words: str) -> tuple[int, int] | None:
    """``entries 57 to 120``: the part of a log that a button asks for, without its two ends."""
    found = re.fullmatch(r"entries (\d{1,9}) to (\d{1,9})", words.strip())
    return (int(found[1]), int(found[2])) if found else None


def links(words: str) -> tuple[str, ...]:
    """The addresses in the words, such as the evidence for a statement."""
    return tuple(a or b for a, b in _LINK.findall(words))


def readable(words: str) -> str:
    """The words as their writer saw them: Slack wraps links and names, and escapes three characters."""
    shown = _LABELLED.sub(lambda token: f"{token[1]}{token[2]}", _WRAPPED_LINK.sub(r"\1", words))
    return storable(shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _verb(text: str) -> tuple[Verb | None, str]:
    first, _, rest = text.partition(" ")
    second, _, after = rest.lstrip().partition(" ")
    pair = PAIRS.get(f"{first} {second}".casefold())
    if pair is not None:
        return pair, after.strip()
    glued = re.fullmatch(r"(sev|severity)[-_]?(\d)", first, re.IGNORECASE)
    if glued:
        return Verb.SEVERITY, f"{glued[2]} {rest}".strip()
    return WORDS.get(_spelling(first)), rest.strip()


def _leading_number(text: str) -> re.Match[str] | None:
    return _INCIDENT.match(text) or _BARE_NUMBER.match(text)


def _incident_within(words: str) -> tuple[IncidentId | None, str]:
    """``status INC-7``: the number right after the verb names the incident, later ones are prose."""
    found = re.match(r"(?:inc[-_ ]?)(\d{1,9})(?!\S)\s*", words, re.IGNORECASE)
    return (IncidentId(int(found[1])), words[found.end() :].strip()) if found else (None, words)


def _guesses(word: str) -> tuple[Verb, ...]:
    close = get_close_matches(_spelling(word)[:40], WORDS, n=4, cutoff=0.6)
    return tuple(dict.fromkeys(WORDS[guess] for guess in close))[:3]
