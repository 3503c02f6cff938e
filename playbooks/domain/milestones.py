"""Which entries of a log tell the story, for whoever was not there."""

from __future__ import annotations

MILESTONES = frozenset(
    {
        "IncidentDeclared",
        "IncidentEntered",
        "CandidateProposed",
        "SeverityChanged",
        "CommandTaken",
        "CommandContested",
        "ContestAwarded",
        "ContestDecided",
        "HandoverAccepted",
        "LeadSeated",
        "TeamFormed",
        "TeamEnded",
        "FreezeBegan",
        "FreezeLifted",
        "ChangeApproved",
        "ChangeDenied",
        "UpdateSent",
        "StatementVerified",
        "StatementRefuted",
        "IncidentMitigated",
        "IncidentResolved",
        "IncidentReopened",
        "KeyEventMarked",
        "TaskAssigned",
        "TaskDone",
        "DecisionMade",
        "MadePublic",
    },
)
"""Entries that a reader of a post-mortem looks for; the rest stays in the log."""
TOLD = MILESTONES | {
    "AccessEnded",
    "AccessGiven",
    "EntryCorrected",
    "StatementMade",
    "TaskDeclined",
    "TaskDropped",
    "RoleGiven",
    "RoleLaidDown",
}
"""What somebody is told who comes back while it goes on."""
DECIDED = frozenset(
    {
        "SeverityChanged",
        "ContestAwarded",
        "ContestDecided",
        "DecisionMade",
        "HandoverAccepted",
        "FreezeLifted",
        "ChangeApproved",
        "ChangeDenied",
        "IncidentMitigated",
        "IncidentResolved",
        "IncidentReopened",
        "MadePublic",
    }
)
"""What somebody who leads decided."""
