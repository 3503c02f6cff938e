"""Who hears of what: the whole table, to be read at once.

Bob commands, Fay declared, Ada is on shift, Eve writes to stakeholders, Gus is the duty
manager; Bob and Dev lead what is broken. A change of this table is a change of what people
are woken and interrupted by, so it is printed whole.
"""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from playbooks.domain import effects, events
from playbooks.domain.command import Seating
from playbooks.domain.decision import Objection
from playbooks.domain.effects import Effect, TellRoom
from playbooks.domain.events import Event
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import MONITORING, PROTOCOL, IncidentId, ServiceName
from playbooks.domain.incident import AffectedService, Incident, Major, RoomState, ServiceRole, State
from playbooks.domain.noise import SAID
from playbooks.domain.workstream import Led
from playbooks.loader import load
from playbooks.protocol.reactions import Scene, reactions
from tests.clock import START
from tests.events import KINDS, built
from tests.library import CATALOGUE, PLAYBOOK
from tests.protocol.conftest import BOB, CLEO, DEV, FAY, GUS

TABLE = """
AccessEnded                             RefreshCard
AccessGiven                             nothing
ActRefused                              nothing
AlertAcknowledged                       RefreshCard
AlertsAttached                          RefreshCard
AlertsAttached of a new service         Invite(cleo, dev) RefreshCard SetTopic RefreshAnnouncement TellRoom
AlertsAttached to a candidate           RefreshCard
ApprovalAsked                           AskApproval TellPerson(bob) RefreshCard
ApprovalAsked while nobody commands     AskApproval TellPerson(ada, fay) RefreshCard
ApprovalWithdrawn                       RefreshCard
ApprovalWithdrawn, a person asked       TellPerson(cleo) RefreshCard
AskDeclined                             RefreshCard
AskLapsed                               RefreshCard
BecameChild                             TellRoom RefreshCard
CandidateProposed                       PostCandidate
CandidateRejected                       RefreshAnnouncement
ChallengerWithdrew                      nothing
ChangeAllowed                           TellRoom
ChangeApproved                          RefreshCard
ChangeDenied                            RefreshCard
ChangeHeld                              RefreshCard
ChangeLetGo                             nothing
ChildJoined                             RefreshCard
ChildLeft                               RefreshCard
ClockRead                               TellRoom
ClockStarted                            nothing
ClockTurned                             nothing
CommandAsked                            Invite(cleo) TellPerson(cleo) RefreshCard
CommandContested                        Invite(cleo) TellRoom TellPerson(bob, cleo, gus) RefreshCard
CommandTaken                            Invite(cleo) TellRoom TellPerson(cleo) RefreshCard SetTopic RefreshAnnouncement
CommandTaken by award                   TellPerson(cleo) RefreshCard SetTopic RefreshAnnouncement
CommandTaken, acting                    Invite(cleo) TellRoom TellPerson(cleo) RefreshCard SetTopic RefreshAnnouncement
CommandUnfilled                         TellRoom TellPerson(dev, gus) RefreshCard
CommanderAnswered                       TellRoom RefreshCard
CommanderGone                           TellRoom TellPerson(gus) RefreshCard
CommanderRecalled                       TellRoom TellPerson(cleo) RefreshCard
ContestAwarded                          TellRoom TellPerson(gus) RefreshCard SetTopic RefreshAnnouncement
ContestDecided                          TellRoom RefreshCard SetTopic RefreshAnnouncement
ContestJoined                           Invite(cleo) TellRoom TellPerson(cleo, gus) RefreshCard
DecisionLapsed                          RefreshCard
DecisionMade                            RefreshCard
DecisionMade by silence                 RefreshCard
DecisionMade, somebody objected         TellPerson(cleo, dev) RefreshCard
DecisionObjected                        RefreshCard
DecisionProposed                        PostProposal RefreshCard
DecisionShown                           nothing
DecisionWaits                           TellPerson(bob) RefreshCard
DecisionWaits while nobody commands     TellPerson(gus) RefreshCard
DecisionWaits, passed up                TellPerson(gus) RefreshCard
DecisionWithdrawn                       RefreshCard
DecisionWithdrawn by somebody else      TellPerson(cleo) RefreshCard
DrillBecameReal                         Invite(bob, dev, ada, eve) RenameRoom TellRoom TellPerson(bob, dev, ada, eve) RefreshCard SetTopic RefreshAnnouncement
DrillJoined                             RefreshCard
EntryCorrected                          nothing
FindingAttached                         nothing
FreezeBegan                             RefreshCard
FreezeLifted                            TellRoom RefreshCard
GlassBroken                             TellRoom TellPerson(bob, gus)
GlassMended                             nothing
HandoverAccepted                        TellRoom TellPerson(cleo) RefreshCard SetTopic RefreshAnnouncement
HandoverDeclined                        TellPerson(bob) RefreshCard
HandoverExpired                         TellPerson(bob) RefreshCard
HandoverOffered                         Invite(cleo) TellRoom SendBrief(cleo) RefreshCard
HandoverOffered, the lead of a service  Invite(cleo) SendBrief(cleo) RefreshCard
HandoverWithdrawn                       TellRoom TellPerson(cleo) RefreshCard
HubHarmed                               TellPerson(bob, dev, gus)
HubRenamed                              TellPerson(bob, dev, gus)
IncidentAbsorbed                        Invite(cleo) TellRoom RefreshCard SetTopic RefreshAnnouncement
IncidentAbsorbed by a candidate         nothing
IncidentClosed                          TellRoom RefreshCard SetTopic RefreshAnnouncement
IncidentDeclared                        OpenRoom Announce
IncidentEntered                         nothing
IncidentMerged                          TellRoom RefreshCard SetTopic RefreshAnnouncement
IncidentMitigated                       TellRoom RefreshCard SetTopic RefreshAnnouncement
IncidentReopened                        TellRoom RefreshCard SetTopic RefreshAnnouncement
IncidentResolved                        TellRoom RefreshCard SetTopic RefreshAnnouncement
IncidentStale                           TellPerson(bob)
IncidentStale, passed up                TellPerson(gus)
KeyEventMarked                          nothing
KnownErrorCreated                       nothing
KnownErrorRecognised                    RefreshCard
LeadLeft                                TellPerson(cleo, bob) RefreshCard
LeadSeated                              Invite(cleo) TellPerson(cleo) RefreshCard
LeadSeated by decree                    Invite(cleo) TellRoom TellPerson(cleo) RefreshCard
LeadWanted                              TellPerson(bob) RefreshCard
LeftParent                              TellRoom RefreshCard
MadePublic                              Announce TellRoom RefreshCard SetTopic
MergeAgreed                             nothing
MergeDeclined                           TellRoom
MergeProposed                           TellRoom TellPerson(bob)
MergeProposed while nobody commands     TellRoom TellPerson(gus)
MergeWeighed                            nothing
MessageDeleted                          nothing
MessageEdited                           nothing
MessageSaid                             nothing
NewRoomAsked                            RefreshAnnouncement
ParentEnded                             TellPerson(bob) RefreshCard
ParentUpdated                           TellRoom RefreshCard
PeopleInvited                           nothing
PeopleInvited except one                TellRoom
QuietNoticed                            TellPerson(bob)
QuietNoticed, declared by monitoring    TellPerson(ada)
ReviewDrafted                           PostReview RefreshCard
ReviewEdited                            nothing
ReviewPublished                         TellRoom RefreshCard
RoleGiven                               Invite(cleo) TellPerson(cleo) RefreshCard
RoleLaidDown                            TellPerson(bob) RefreshCard
RoomConverted                           TellPerson(bob)
RoomConverted by the commander          nothing
RoomHarmed                              RefreshAnnouncement
RoomHarmed after the end                RefreshAnnouncement
RoomHarmed by the commander             TellPerson(bob) RefreshCard RefreshAnnouncement
RoomHarmed while nobody commands        TellPerson(fay, gus) RefreshCard RefreshAnnouncement
RoomHarmed, and nobody can write there  TellPerson(bob) PostCard RefreshAnnouncement
RoomHarmed, which is news               TellPerson(bob) RefreshCard RefreshAnnouncement
RoomMended                              TellPerson(bob) RefreshCard RefreshAnnouncement
RoomMended after it was mute            TellPerson(bob) PostCard SetTopic RefreshAnnouncement
RoomMoved                               RefreshAnnouncement
RoomOpened                              Invite(bob, dev, ada, eve, fay) PostCard SetTopic AddBookmarks RefreshAnnouncement
RoomOpened after Cleo took command      Invite(bob, dev, ada, eve, fay, cleo) PostCard SetTopic AddBookmarks RefreshAnnouncement
RoomReady                               nothing
RoomRenamed                             TellPerson(bob)
RoomUnavailable                         PostCard TellPerson(bob, dev, ada, eve)
SearchBegan                             nothing
SeverityChanged                         TellRoom RefreshCard SetTopic RefreshAnnouncement
SignatureAsked                          nothing
SignatureAsked of the centre            TellPerson(gus)
SignatureGiven                          nothing
SignatureGiven by silence               TellPerson(cleo, gus)
SignatureLapsed                         nothing
SignatureLapsed by silence              TellPerson(cleo, gus)
SignatureRefused                        nothing
SignatureRefused by the centre          TellPerson(cleo)
SpanExceeded                            TellPerson(cleo)
StatementMade                           RefreshCard
StatementRefuted                        RefreshCard
StatementRefuted, readers were told     TellPerson(bob, eve) RefreshCard
StatementReleased                       RefreshCard
StatementVerified                       RefreshCard
StepFailed                              TellPerson(bob, fay)
StepFailed while nobody commands        TellPerson(ada, fay)
TaskAccepted                            RefreshCard
TaskAssigned                            Invite(cleo) TellPerson(cleo) RefreshCard
TaskDeclined                            TellPerson(bob) RefreshCard
TaskDone                                RefreshCard
TaskDone, asked by somebody else        TellPerson(cleo) RefreshCard
TaskDropped                             RefreshCard
TaskDropped by somebody else            TellPerson(cleo) RefreshCard
TaskEscalated                           TellPerson(bob) RefreshCard
TaskEscalated, asked by somebody else   TellPerson(fay, bob) RefreshCard
TaskReminded                            TellPerson(cleo) RefreshCard
TasksLeft                               TellPerson(bob)
TasksTakenOver                          RefreshCard
TeamChanged                             RefreshCard
TeamChanged, somebody came              Invite(dev) TellPerson(dev) RefreshCard
TeamEnded                               TellPerson(bob) RefreshCard
TeamExtended                            RefreshCard
TeamFormed                              Invite(cleo) TellPerson(cleo) RefreshCard
TeamMoved                               Invite(cleo) TellPerson(cleo) RefreshCard
TeamOverdue                             TellPerson(cleo) RefreshCard
TeamOverdue, no answer                  TellPerson(bob) RefreshCard
UpdateAdvanced                          nothing
UpdateDue                               TellPerson(bob, eve)
UpdateOverdue                           TellPerson(bob, eve, gus)
UpdatePromised                          RefreshCard
UpdateSent                              PostUpdate TellRoom RefreshCard
UserReported                            RefreshCard
UserReported after the mitigation       TellRoom RefreshCard
WordsRemoved                            nothing
WorkBegan                               nothing
WorkEnded                               nothing
"""  # noqa: E501 - a table is read by its lines


@pytest.fixture(scope="module")
def scene() -> Scene:
    incident = Incident(
        id=IncidentId(1),
        title="Payments time out",
        env="production",
        severity=1,
        state=State.OPEN,
        major=Major.ACCEPTED,
        services=(AffectedService(service=ServiceName("checkout"), role=ServiceRole.IMPACTED),),
        impact_started_at=START,
        detected_at=START,
        declared_at=START,
        declared_by=FAY,
        rule=None,
    )
    handbook = load(PLAYBOOK, CATALOGUE)
    return Scene(incident=incident, commander=BOB, handbook=handbook, stakeholders_told=False)


def variations(scene: Scene) -> dict[str, tuple[Event, Scene]]:
    """What the answer depends on besides the class of the event."""
    vacant = replace(scene, commander=None)
    candidate = replace(scene, incident=replace(scene.incident, major=Major.PROPOSED))
    over = replace(scene.incident, state=State.RESOLVED)
    harm = built(events.RoomHarmed, is_news=True)
    by_rule = replace(vacant, incident=replace(scene.incident, declared_by=MONITORING))
    spreading = built(events.AlertsAttached, new_services=(ServiceName("payments"),))
    return {
        "AlertsAttached of a new service": (spreading, scene),
        "AlertsAttached to a candidate": (spreading, candidate),
        "ApprovalAsked while nobody commands": (built(events.ApprovalAsked), vacant),
        "ApprovalWithdrawn, a person asked": (built(events.ApprovalWithdrawn, requester=CLEO), scene),
        "DecisionMade by silence": (built(events.DecisionMade, by=PROTOCOL), scene),
        "DecisionMade, somebody objected": (
            built(events.DecisionMade, by=BOB, objections=(Objection(by=DEV, at=START, reason="no"),)),
            scene,
        ),
        "DecisionWaits while nobody commands": (built(events.DecisionWaits), vacant),
        "DecisionWaits, passed up": (built(events.DecisionWaits, passed_up=True), scene),
        "DecisionWithdrawn by somebody else": (built(events.DecisionWithdrawn, by=FAY), scene),
        "SignatureAsked of the centre": (built(events.SignatureAsked, signers=(GUS,)), scene),
        "SignatureGiven by silence": (built(events.SignatureGiven, by=PROTOCOL, signers=(GUS,)), scene),
        "SignatureLapsed by silence": (built(events.SignatureLapsed, by=PROTOCOL, signers=(GUS,)), scene),
        "SignatureRefused by the centre": (built(events.SignatureRefused, by=GUS, signers=(GUS,)), scene),
        "IncidentAbsorbed by a candidate": (built(events.IncidentAbsorbed), candidate),
        "CommandTaken by award": (built(events.CommandTaken, how=Seating.AWARD), scene),
        "CommandTaken, acting": (built(events.CommandTaken, how=Seating.ACTING), scene),
        "HandoverOffered, the lead of a service": (
            built(events.HandoverOffered, service=ServiceName("checkout")),
            scene,
        ),
        "LeadSeated by decree": (built(events.LeadSeated, how=Led.DECREE), scene),
        "IncidentStale, passed up": (built(events.IncidentStale, rung=2), scene),
        "MergeProposed while nobody commands": (built(events.MergeProposed), vacant),
        "PeopleInvited except one": (built(events.PeopleInvited, failed=((CLEO, "a guest"),)), scene),
        "QuietNoticed, declared by monitoring": (built(events.QuietNoticed), by_rule),
        "RoomOpened after Cleo took command": (built(events.RoomOpened), replace(scene, commander=CLEO)),
        "RoomConverted by the commander": (built(events.RoomConverted, by=BOB), scene),
        "RoomHarmed after the end": (harm, replace(scene, incident=over)),
        "RoomHarmed by the commander": (replace(harm, by=BOB), scene),
        "RoomHarmed while nobody commands": (harm, vacant),
        "RoomHarmed, and nobody can write there": (
            harm,
            replace(scene, incident=replace(scene.incident, room_state=RoomState.LOST)),
        ),
        "RoomHarmed, which is news": (harm, scene),
        "RoomMended after it was mute": (built(events.RoomMended, was_mute=True), scene),
        "StatementRefuted, readers were told": (
            built(events.StatementRefuted, was_released=True),
            replace(scene, stakeholders_told=True),
        ),
        "StepFailed while nobody commands": (built(events.StepFailed), vacant),
        "TeamChanged, somebody came": (built(events.TeamChanged, came=(DEV,)), scene),
        "TeamOverdue, no answer": (built(events.TeamOverdue, raised=True), scene),
        "TaskDone, asked by somebody else": (built(events.TaskDone, by=FAY), scene),
        "TaskDropped by somebody else": (built(events.TaskDropped, by=FAY), scene),
        "TaskEscalated, asked by somebody else": (built(events.TaskEscalated, assigner=FAY), scene),
        "UserReported after the mitigation": (
            built(events.UserReported),
            replace(scene, incident=replace(scene.incident, state=State.MITIGATED)),
        ),
    }


def printed(owed: tuple[Effect, ...], handbook: Handbook) -> str:
    """``TellRoom TellPerson(bob, eve) RefreshCard``; letters of one kind are told together."""
    words: dict[str, list[str]] = {}
    for effect in owed:
        users = getattr(effect, "users", None) or (getattr(effect, "user", None),)
        names = [str(handbook.person(user)) for user in users if user is not None]
        words.setdefault(type(effect).__name__, []).extend(names)
    return " ".join(f"{kind}({', '.join(names)})" if names else kind for kind, names in words.items())


def test_who_hears_of_what(scene: Scene) -> None:
    cases = {
        name: (built(kind, how=Seating.CLAIM) if name == "CommandTaken" else built(kind), scene)
        for name, kind in KINDS.items()
    }
    rows = []
    for label, (event, seen) in sorted((cases | variations(scene)).items()):
        owed = reactions(event, seen)
        rows.append(f"{label:<40}{printed(owed, scene.handbook) or 'nothing'}")
    assert "\n".join(rows) == TABLE.strip()


def test_every_event_is_in_the_table() -> None:
    told = {line.split()[0].rstrip(",") for line in TABLE.strip().splitlines()}
    assert told == set(KINDS)


def test_every_effect_follows_from_some_event_or_is_a_continuation(scene: Scene) -> None:
    """What no event calls for would never be delivered."""
    everything = {
        name for name, kind in vars(effects).items() if inspect.isclass(kind) and issubclass(kind, Effect)
    }
    continuations = {
        "Effect",
        "PinCard",
        "CloseApproval",
        "EnterRoom",
        "RefreshBulletin",
        "RetireCard",
        "RedrawProposal",
        "RefreshHome",
    }
    continuations |= {"ShowEvidence", "ShowUpdate"}  # what is left of PostUpdate in a drill
    assert {name for name in everything if name not in TABLE} == continuations


def test_of_everything_that_a_room_is_told_somebody_has_said_how_loud_it_is(scene: Scene) -> None:
    """A new kind of post counts against the budget until it is called a change of state."""
    everything = [(built(kind), scene) for kind in KINDS.values()] + list(variations(scene).values())
    owed = [effect for event, seen in everything for effect in reactions(event, seen)]
    told = {type(effect.about) for effect in owed if isinstance(effect, TellRoom)}
    assert told | {events.RoomUnavailable} == set(SAID)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_machinery_is_never_written_to(scene: Scene, name: str) -> None:
    """Monitoring declared it and nobody commands: only people get letters and invitations."""
    incident = replace(scene.incident, declared_by=MONITORING)
    quiet = replace(scene, incident=incident, commander=None, stakeholders_told=True)
    owed = reactions(built(KINDS[name], by=MONITORING), quiet)
    users = {user for effect in owed for user in getattr(effect, "users", (getattr(effect, "user", CLEO),))}
    assert MONITORING not in users


@pytest.mark.parametrize("name", ["MessageSaid", "MessageEdited", "MessageDeleted", "KeyEventMarked"])
def test_the_bot_does_not_talk_while_people_do(scene: Scene, name: str) -> None:
    assert reactions(built(KINDS[name]), scene) == ()
