"""What can be wrong with a whole file; what is wrong with one row is a reason in the rejects file."""

from campaigns.errors import CampaignsError


class IntakeError(CampaignsError):
    """A file of contacts cannot be used; the message names the file and what to do, never what it holds."""
