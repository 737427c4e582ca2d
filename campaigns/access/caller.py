"""Who asks: a program with a key or a human with a login, and what it is bound to."""

from dataclasses import dataclass
from typing import Literal

from campaigns.access.roles import ROLES, Deed
from campaigns.words import Role


@dataclass(frozen=True)
class Caller:
    """Somebody who proved who it is, from `address` (without a port).

    name: of the key or the user; no two share one. campaigns, institutions: what it is bound to; none is all.
    """

    name: str
    kind: Literal["key", "user"]
    role: Role
    campaigns: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    address: str = ""

    def may(self, deed: Deed) -> bool:
        """Whether its role allows this, on something that it sees."""
        return deed in ROLES[self.role]

    def sees_campaign(self, name: str) -> bool:
        """Whether it is bound to this campaign, or to none."""
        return not self.campaigns or name in self.campaigns

    def sees_institution(self, name: str) -> bool:
        """Whether it is bound to this institution, or to none; "" is nobody's but theirs who see all."""
        return not self.institutions or name in self.institutions

    def sees_contact(self, campaign: str, institution: str, queued_by: str) -> bool:
        """Whether a contact is there for it: of its campaigns and institutions, and its own if need be."""
        if not (self.sees_campaign(campaign) and self.sees_institution(institution)):
            return False
        return self.may("read") or (self.may("read_own") and queued_by == self.name)
