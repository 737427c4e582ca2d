"""Errors of the campaigns.

CampaignsError
├── SettingsError         dialer.toml cannot be used
│   └── HomeMissing       the folder holds no dialer.toml
├── DatabaseError         the database cannot be used
│   ├── DatabaseMissing   there is no file
│   ├── DatabaseTooOld    an upgrade has not been run
│   ├── DatabaseTooNew    a newer version of this program made it
│   └── DatabaseUnusable  no database, not writable, locked for too long, or the disk is full
│       └── Crossed       two transactions waited for each other, and this one gave way
├── UnknownCampaign       no campaign file has this name
├── UnknownContact        no contact has this external_id
├── UnknownOperator       no operator has this name
├── OperatorRefused       an operator cannot be entered or removed as things are
├── ReadElsewhere         another command read on in the same log meanwhile
├── OutputError           a file that a command was to write cannot be written
├── EngineBusy            another engine works on this home, or it cannot be written to
├── NodeReplaced          a newer engine works under this node's name
├── TrunkFull             all nodes together ask of a trunk what it bears: a call waits for its turn
├── NoTrunk               no trunk of the settings can be used
├── DoorShut              what listens for other systems cannot be opened
├── Unspeakable           a text of a campaign, or of one contact, that no voice can say
├── IllegalMove           a state that cannot follow the present one
├── TextsNotApproved      what a campaign says changed since somebody approved it
├── NoSuchTask            an unknown number of a task
├── ReceiverFailed        a receiver did not take a test
├── NoSuchDelivery        an unknown number of a delivery
├── UnknownAccount        no key or user has this name
├── AccountRefused        a key or a user cannot be made or changed so
├── NotRecognized         nobody knows the key, the session or the password that a caller shows
│   └── LoginRefused      a name and a password that do not belong together
├── NotAllowed            a caller who is known may not do this, or not from there
├── TooMany               a caller asks too often, or showed too much that was wrong
└── IntakeError           a file of contacts cannot be used (intake/errors.py)
"""


class CampaignsError(Exception):
    """Anything the campaigns can fail with; the message is one plain sentence with what to do."""


class SettingsError(CampaignsError):
    """`dialer.toml` cannot be used."""


class HomeMissing(SettingsError):
    """The folder holds no `dialer.toml`."""


class DatabaseError(CampaignsError):
    """The database cannot be used."""


class DatabaseMissing(DatabaseError):
    """There is no database file where the settings say."""


class DatabaseTooOld(DatabaseError):
    """An older version made it; `dialer db upgrade` brings it up to date."""


class DatabaseTooNew(DatabaseError):
    """A newer version of this program made it."""


class DatabaseUnusable(DatabaseError):
    """It is no database of ours, not writable, locked for too long, or the disk is full."""


class Crossed(DatabaseUnusable):
    """Two transactions waited for each other, and this one gave way: nothing of it was kept, and the same
    may be tried again at once."""


class IllegalMove(CampaignsError):
    """A state that cannot follow the present one; nothing was changed."""


class TextsNotApproved(CampaignsError):
    """What a campaign says changed since somebody approved it; the sentence names the texts."""


class Unspeakable(CampaignsError):
    """A text that no voice can say; the sentence names it and never holds a value of a contact."""


class NoSuchTask(CampaignsError):
    """An unknown number of a task."""


class NoSuchDelivery(CampaignsError):
    """An unknown number of a delivery to a receiver."""


class ReceiverFailed(CampaignsError):
    """A receiver did not take a test that somebody sent it."""


class UnknownCampaign(CampaignsError):
    """No campaign file has this name."""


class UnknownContact(CampaignsError):
    """No contact of the campaign has this external_id."""


class UnknownOperator(CampaignsError):
    """No operator has this name."""


class OperatorRefused(CampaignsError):
    """An operator cannot be entered, or removed, as things are; the sentence says why."""


class ReadElsewhere(CampaignsError):
    """Another command read on in the same log of a queue meanwhile; nothing counts twice."""


class OutputError(CampaignsError):
    """A file that a command was to write cannot be written."""


class EngineBusy(CampaignsError):
    """Another engine works on this home, or the home cannot be written to."""


class NodeReplaced(CampaignsError):
    """A newer engine works under this node's name; this one must stop."""


class TrunkFull(CampaignsError):
    """All nodes together ask of a trunk what it bears; the call may be tried again after `seconds`."""

    def __init__(self, trunk: str, seconds: float) -> None:
        super().__init__(f"Trunk {trunk} takes no call for the next {seconds:.2f} s: the call waits.")
        self.seconds = seconds


class NoTrunk(CampaignsError):
    """No trunk of the settings can be used."""


class DoorShut(CampaignsError):
    """What listens for other systems cannot be opened; the sentence names its table of `dialer.toml`."""


class UnknownAccount(CampaignsError):
    """No key, or no user, has this name."""


class AccountRefused(CampaignsError):
    """A key or a user cannot be made or changed so; the sentence says why."""


class NotRecognized(CampaignsError):
    """Nobody knows the key, the session or the password that a caller shows; nothing says which was wrong."""


class LoginRefused(NotRecognized):
    """A name and a password that do not belong together."""


class NotAllowed(CampaignsError):
    """A caller who is known may not do this, or not from this address."""


class TooMany(CampaignsError):
    """A caller asks too often, or showed too much that was wrong; it may come again after `seconds`."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds


def as_clause(sentence: str) -> str:
    """A sentence to stand behind a colon."""
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
