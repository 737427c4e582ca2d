"""What each role may do; whoever comes in over the network has one."""

from collections.abc import Mapping
from typing import Literal

from campaigns.words import Role

Deed = Literal[
    "queue",  # contacts, one or many, in any format
    "read_own",  # contacts that it queued itself; others' are not there for it
    "read",  # any contact of its campaigns and institutions, numbers masked
    "reveal",  # a whole number and a result; each time it is a look
    "cancel",  # a contact that it may read
    "explain",  # why a contact that it may read is called, or not
    "events",  # of what it may read
    "tasks",  # of its institutions
    "own_state",  # be on, off or paused as the operator of its own name
    "report",  # what there is of campaigns, and their figures
    "campaigns",  # launch, approve, pause, resume, stop
    "optouts",
    "operators",
    "accounts",
    "looks",  # who looked at what
]
"""What can be asked for; the API names one for each of its routes."""

ROLES: Mapping[Role, frozenset[Deed]] = {
    "laboratory": frozenset({"queue", "read_own", "cancel", "explain", "events"}),
    "operator": frozenset({"tasks", "reveal", "own_state", "events"}),
    "supervisor": frozenset(
        {
            *("queue", "read_own", "read", "reveal", "cancel", "explain", "events"),
            *("tasks", "own_state", "report", "campaigns", "optouts", "operators"),
        }
    ),
    "administrator": frozenset({"accounts", "looks"}),  # sees no patient
}
"""Nobody may do what does not stand here."""
