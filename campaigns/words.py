"""The literals that stand in the database, in JSON and in reports."""

from typing import Literal

Outcome = Literal[
    "completed",
    "delivered",
    "partial",
    "not_here",
    "wrong_person",
    "unverified",
    "opted_out",
    "human_wanted",
    "voicemail",
    "hung_up",
    "silent",
    "unanswered",
    "failed",
]
ContactState = Literal["waiting", "calling", "done", "exhausted", "cancelled"]
CampaignState = Literal["draft", "running", "paused", "stopped", "finished"]
TaskState = Literal["open", "taken", "waiting", "resolved", "verified", "reopened"]
Urgency = Literal["low", "normal", "high"]
Level = Literal["operator", "head", "authority"]
"""Who a task is for: an operator, the head of the institution, the authority above; in this order."""
TaskEvent = Literal[
    "raised",
    "sharpened",  # another call raised it for the same reason
    "taken",
    "returned",  # given back, or its lease ended
    "noted",
    "tried",  # somebody tried to reach the person, and did not
    "put_off",
    "woken",
    "resolved",
    "verified",  # the person said that it is solved
    "unverified",  # nobody could be asked whether it is
    "stands",  # the person said that it is not
    "reopened",
    "escalated",
    "reminded",  # it is overdue, and there is nobody above
]
"""What can happen to a task; who did it and when is kept."""
CheckVerdict = Literal["solved", "stands", "unknown"]
"""What came of asking a person whether the reason of a task is gone."""
EventKind = Literal[
    "contact.delivered",
    "contact.not_delivered",  # what was taken for delivered was heard by nobody
    "contact.closed",
    "contact.opted_out",
    "task.raised",
    "task.changed",
    "task.escalated",
]
"""What other systems are told of."""
DeliveryState = Literal["waiting", "delivered", "dead", "dropped"]
"""Of one event on its way to one receiver; `dead` until somebody tries it again or drops it."""
Role = Literal["laboratory", "operator", "supervisor", "administrator"]
"""What somebody who comes in over the network may do: see `access.roles`."""
LabAnswer = Literal["AA", "AE", "AR"]
"""HL7's acknowledgement codes (table 0008): accepted, an error in the message, rejected for now."""
LabFate = Literal[
    "queued",
    "known",  # it is queued just so
    "corrected",
    "told",  # corrected, deleted or moved after the patient had heard it: a task
    "cancelled",
    "held",  # preliminary: nobody is called yet
    "older",  # written before what is known of this result
    "ignored",  # a test message, or a test that the mapping passes over
]
"""What became of one result that a laboratory sent."""
WaitReason = Literal[
    "queued",
    "hours",
    "retry",
    "not_here",
    "own_failure",
    "interrupted",
    "speech",
    "cap",
    "pause",
    "consent",
    "operator",
    "in_queue",
]
ZoneSource = Literal["file", "number", "clinic"]
"""Where a contact's time zone is known from: its row, its phone number, or the settings."""
Purpose = Literal["result", "callback", "survey", "notice"]
"""Why a campaign calls; a callback was asked for by the patient."""
PauseReason = Literal["", "supervisor", "approval", "failures", "opt_outs", "file", "texts"]
"""Who or what holds a campaign back that is paused or stopped."""

ConnectMode = Literal["robot_first", "operator_first", "patient_first"]
"""Who is called first where a campaign connects people: see `rules.policy.Connect`."""
Pacing = Literal["progressive", "predictive"]
OperatorState = Literal["on", "off", "paused"]
"""What an operator said last, or what the engine did to one whose phone does not answer."""
OperatorCallResult = Literal[
    "talked",  # bridged with the patient
    "transferred",  # the far end connected them, by REFER
    "refused",  # the operator pressed another key, or hung up before
    "not_taken",  # answered, and nothing was pressed: it may have been a machine
    "no_answer",
    "busy",
    "failed",  # the trunk, the address or the line
    "patient_unreached",  # taken, and the patient was not reached
    "patient_gone",  # the patient hung up before the two were connected
]
"""What became of one call of an operator's phone."""
LostCallFate = Literal[
    "callback",  # it made a contact
    "joined",  # another loss of a number that is to be called back already
    "misdial",  # it waited too short a time to have wanted anything
    "withheld",  # without a number nobody can be called back
    "unusable",  # what the log has is no telephone number
    "got_through",  # the number was connected later
    "too_late",  # it was read so late that nobody wants to be called back any more
]
"""What became of one call that a queue lost; all of them together are all that were lost."""

CONTACT_MOVES: dict[ContactState, frozenset[ContactState]] = {
    "waiting": frozenset({"calling", "done", "exhausted", "cancelled"}),
    "calling": frozenset({"waiting", "done", "exhausted", "cancelled"}),
    "done": frozenset(),
    "exhausted": frozenset(),
    "cancelled": frozenset({"waiting"}),
}
"""Legal moves; `calling` is entered only by a committed attempt and left only by its end.

A cancelled contact waits again only where its laboratory took the result back and then issues it again.
"""

_UNCLOSED: dict[TaskState, TaskState] = {
    "open": "open",
    "taken": "taken",
    "waiting": "waiting",
    "reopened": "reopened",
}
TASK_MOVES: dict[TaskEvent, dict[TaskState, TaskState]] = {
    "sharpened": _UNCLOSED,
    "taken": {"open": "taken", "waiting": "taken", "reopened": "taken"},
    "returned": {"taken": "open"},
    "noted": {**_UNCLOSED, "resolved": "resolved", "verified": "verified"},
    "tried": _UNCLOSED,
    "put_off": {"open": "waiting", "taken": "waiting", "reopened": "waiting"},
    "woken": {"waiting": "open"},
    "resolved": {"open": "resolved", "taken": "resolved", "waiting": "resolved", "reopened": "resolved"},
    "verified": {"resolved": "verified"},
    "unverified": {"resolved": "resolved"},
    "stands": {"resolved": "reopened"},
    "reopened": {"resolved": "reopened", "verified": "reopened"},
    "escalated": {"open": "open", "taken": "open", "waiting": "open", "reopened": "reopened"},
    "reminded": _UNCLOSED,
}
"""Legal moves of a task: event -> state before -> state after; `raised` makes it `open`."""

CAMPAIGN_MOVES: dict[CampaignState, frozenset[CampaignState]] = {
    "draft": frozenset({"running"}),
    "running": frozenset({"paused", "stopped", "finished"}),
    "paused": frozenset({"running", "stopped"}),
    "stopped": frozenset({"running"}),
    "finished": frozenset({"running"}),
}
"""Legal moves; the engine finishes a campaign in which nobody waits, and queueing more moves it back."""
