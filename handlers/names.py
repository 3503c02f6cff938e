"""Every name that Slack hands back to us: commands, actions, callbacks, fields, references.

A button pressed weeks after it was drawn still arrives under its old name, so a name is
never reused for something else. What a button or modal is about travels in one ``Ref``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from playbooks.domain.ids import IncidentId

COMMAND = "/incident"
SERVICE_COMMAND = "/service"
MAX_REF_CHARS = 2000
"""Slack docs, Block Kit reference, button: ``value``. The private metadata of a view may be longer."""
ROOM_FOR_IDS = 200
"""Characters of a reference that are not the words it carries."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TOO_MANY = 2**31


class Verb(StrEnum):
    """What people can ask for, by command or by button: ``/incident <verb>``."""

    MENU = "menu"
    HELP = "help"
    DECLARE = "declare"
    REPORT = "report"
    MERGE = "merge"
    LIST = "list"
    STATUS = "status"
    CATCHUP = "catchup"
    SEARCH = "search"
    JOIN = "join"
    LOG = "log"
    CORRECT = "correct"
    TASK = "task"
    TASKS = "tasks"
    DECIDE = "decide"
    TAKE = "take"
    CONTEST = "contest"
    YIELD = "yield"
    HANDOVER = "handover"
    RECALL = "recall"
    OVERRIDE = "override"
    DEPUTY = "deputy"
    SCRIBE = "scribe"
    COMMS = "comms"
    LEAD = "lead"
    TEAM = "team"
    IMPACT = "impact"
    SCOPE = "scope"
    FACT = "fact"
    DOING = "doing"
    WORKAROUND = "workaround"
    ESTIMATE = "estimate"
    HYPOTHESIS = "hypothesis"
    FACTS = "facts"
    VERIFY = "verify"
    RELEASE = "release"
    REFUTE = "refute"
    UPDATE = "update"
    FREEZE = "freeze"
    THAW = "thaw"
    APPROVE = "approve"
    DENY = "deny"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"
    SEVERITY = "sev"
    REOPEN = "reopen"
    CLOSE = "close"
    BREAK_GLASS = "breakglass"
    BACKFILL = "backfill"
    DRILL = "drill"
    PRIVATE = "private"
    PUBLIC = "public"
    CHILD = "child"
    KNOWN = "known"
    REVIEW = "review"


def verb_action(verb: Verb) -> str:
    """The action id of a button that does what the command does."""
    return f"incident_{verb}"


class Action(StrEnum):
    """Buttons that answer something the bot asked, rather than repeat a command."""

    DECLARE_ANYWAY = "declare_anyway"
    JOIN_INSTEAD = "declare_join"
    ACCEPT_CANDIDATE = "candidate_accept"
    REJECT_CANDIDATE = "candidate_reject"
    MERGE_AGREE = "merge_agree"
    MERGE_APART = "merge_apart"
    ACCEPT_ASK = "ask_accept"
    DECLINE_ASK = "ask_decline"
    LAY_DOWN_ROLE = "role_lay_down"
    LAY_DOWN_LEAD = "lead_lay_down"
    END_TEAM = "team_end"
    EXTEND_TEAM = "team_extend"
    ANSWER_RECALL = "recall_answer"
    CONTEST_YIELD = "contest_yield"
    CONTEST_KEEP = "contest_keep"
    CONTEST_WITHDRAW = "contest_withdraw"
    CONTEST_AWARD = "contest_award"
    ACCEPT_HANDOVER = "handover_accept"
    DECLINE_HANDOVER = "handover_decline"
    WITHDRAW_HANDOVER = "handover_withdraw"
    APPROVE_CHANGE = "change_approve"
    DENY_CHANGE = "change_deny"
    TASK_ACCEPT = "task_accept"
    TASK_DECLINE = "task_decline"
    TASK_DONE = "task_done"
    TASK_DROP = "task_drop"
    TASK_TAKE = "task_take"
    TASK_GIVE = "task_give"
    PROPOSE_DECISION = "decision_propose"
    OBJECT_DECISION = "decision_object"
    MAKE_DECISION = "decision_make"
    WITHDRAW_DECISION = "decision_withdraw"
    AGREE_SIGNATURE = "signature_agree"
    OBJECT_SIGNATURE = "signature_object"
    VERIFY_STATEMENT = "statement_verify"
    RELEASE_STATEMENT = "statement_release"
    REFUTE_STATEMENT = "statement_refute"
    EDIT_REVIEW = "review_edit"
    WRITE_FINDING = "review_finding"
    PUBLISH_REVIEW = "review_publish"
    READ_REVIEW = "review_read"
    PICK_INCIDENT = "incident_picked"
    ROOM_COME_BACK = "room_come_back"
    ROOM_NEW = "room_new"
    RETRY_DELIVERY = "delivery_retry"
    OPEN_LINK = "link_opened"
    """A button with an address: Slack tells us that it was pressed, and there is nothing to do."""


class Callback(StrEnum):
    """Modals, by what happens when they are submitted."""

    DECLARE = "declare_form"
    BACKFILL = "backfill_form"
    REPORT = "report_form"
    MERGE = "merge_form"
    LOG = "log_form"
    SEARCH = "search_form"
    VERB = "verb_form"
    """One sentence for a verb that was pressed and needs words."""
    TASK = "task_form"
    GIVE_TASK = "task_give_form"
    PROPOSE_DECISION = "decision_form"
    OBJECT_DECISION = "decision_object_form"
    MAKE_DECISION = "decision_make_form"
    OBJECT_SIGNATURE = "signature_object_form"
    STATEMENT = "statement_form"
    UPDATE = "update_form"
    HANDOVER = "handover_form"
    CONTEST = "contest_form"
    RECALL = "recall_form"
    ROLE = "role_form"
    LEAD = "lead_form"
    TEAM = "team_form"
    OVERRIDE = "override_form"
    SEVERITY = "severity_form"
    MITIGATE = "mitigate_form"
    RESOLVE = "resolve_form"
    REOPEN = "reopen_form"
    GLASS = "glass_form"
    CLOSE = "close_form"
    THAW = "thaw_form"
    REJECT = "reject_form"
    DENY = "deny_form"
    REVIEW = "review_form"
    FINDING = "finding_form"
    PUBLISH = "publish_form"
    READING = "reading"
    """Shown only; it has no submit button."""


class Shortcut(StrEnum):
    """Slack's own menus."""

    DECLARE = "declare_incident"
    DECLARE_FROM = "declare_from_message"
    REPORT = "report_message"
    LOG_MESSAGE = "log_message"


class Field(StrEnum):
    """Block ids of inputs. An input's action id is the same word."""

    TITLE = "title"
    SERVICE = "service"
    SEVERITY = "severity"
    KIND = "kind"
    TEXT = "text"
    NOTE = "note"
    REASON = "reason"
    PERSON = "person"
    PEOPLE = "people"
    NAME = "name"
    BOX = "box"
    CODE = "code"
    DESPITE = "despite"
    CHOICE = "choice"
    BEGAN = "began"
    DETECTED = "detected"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    SYMPTOM = "symptom"
    CAUSE = "cause"
    WORKAROUND = "workaround"
    SERVICES = "services"
    SIGNATURE = "signature"
    EFFECTS = "effects"


def section_field(number: int) -> str:
    """The block id of one section of a post-mortem; counts from 0."""
    return f"section_{number}"


class BadRef(ValueError):
    """A value that no button of ours carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """What a button or a modal is about: ids only, because its holder can read and keep it."""

    incident: IncidentId | None = None
    subject: str = ""
    """Id of the contest, handover, clearance, statement, review or delivery meant; for a
    declaration its service, or the address of the message from which it is made."""
    fence: int | None = None
    """Command's fencing number, or the version of the record or number of the update that was shown."""
    verb: Verb | None = None
    """What to do once the incident is picked."""
    words: str = ""
    """The words that came with the verb, or the user whom a choice means."""
    others: tuple[IncidentId, ...] = ()
    """Other incidents that were shown beside it."""

    def encode(self) -> str:
        """A button's value or a modal's private metadata; at most 2,000 characters."""
        written = {
            "i": self.incident,
            "s": self.subject,
            "f": self.fence,
            "v": self.verb,
            "w": self.words,
            "o": self.others,
        }
        present = {key: value for key, value in written.items() if value not in (None, "", ())}
        text = json.dumps(present, separators=(",", ":"), ensure_ascii=False)
        if len(text) > MAX_REF_CHARS:
            raise BadRef(f"{len(text)} characters do not fit into a button")
        return text


def fits(words: str) -> bool:
    """Whether a button can carry these words of a command, written as JSON."""
    return len(json.dumps(words, ensure_ascii=False)) <= MAX_REF_CHARS - ROOM_FOR_IDS


def decode(value: str) -> Ref:
    """The reference in a value that Slack handed back. Raises BadRef."""
    try:
        read = json.loads(value or "{}")
    except ValueError as broken:
        raise BadRef(value[:40]) from broken
    if not isinstance(read, dict):
        raise BadRef(value[:40])
    incident, fence, verb, others = read.get("i"), read.get("f"), read.get("v"), read.get("o", [])
    subject, words = str(read.get("s", "")), str(read.get("w", ""))
    if not all(number is None or _is_countable(number) for number in (incident, fence)):
        raise BadRef(value[:40])
    if not isinstance(others, list) or not all(map(_is_countable, others)):
        raise BadRef(value[:40])
    if (verb is not None and verb not in tuple(Verb)) or _UNSTORABLE.search(subject + words):
        raise BadRef(value[:40])
    return Ref(
        incident=None if incident is None else IncidentId(incident),
        subject=subject,
        fence=fence,
        verb=None if verb is None else Verb(verb),
        words=words,
        others=tuple(map(IncidentId, others)),
    )


def _is_countable(number: object) -> bool:
    """Whether it is a number such as databases keep."""
    return type(number) is int and 0 <= number < _TOO_MANY
