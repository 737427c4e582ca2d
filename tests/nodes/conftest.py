"""A home that can speak, as the chaos tests have it."""

from tests.chaos.conftest import speaking

__all__ = ["speaking"]
