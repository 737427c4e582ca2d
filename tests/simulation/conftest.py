"""The whole day of a desk only where soak is asked for."""

from tests.soak.conftest import pytest_collection_modifyitems

__all__ = ["pytest_collection_modifyitems"]
