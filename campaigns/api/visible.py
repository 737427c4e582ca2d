"""What of the home a caller may ask for."""

from typing import Final

from campaigns.access.caller import Caller
from campaigns.api.doorway import Doorway
from campaigns.api.problems import Problem
from campaigns.errors import UnknownCampaign
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script

MENDED_SECONDS: Final = 60  # a person has to correct a file


def campaign_of(caller: Caller, name: str) -> None:
    """Raises Problem for a campaign that the caller is not bound to."""
    if not caller.sees_campaign(name):
        raise Problem("forbidden", "The caller is not bound to this campaign: ask for a key that is.")


def script_for(here: Doorway, caller: Caller, name: str) -> Script:
    """The campaign's script. Raises Problem when there is none that the caller may use."""
    campaign_of(caller, name)
    try:
        return here.script_of(name)
    except UnknownCampaign:  # its sentence names folders of this machine
        raise Problem("not-found", "There is no campaign of this name.") from None
    except ScriptError:
        detail = (
            "The file of this campaign is faulty: whoever runs the program sees it by dialer campaign check. "
            "Send it again when it is mended."
        )
        raise Problem("faulty-campaign", detail, headers={"Retry-After": str(MENDED_SECONDS)}) from None
