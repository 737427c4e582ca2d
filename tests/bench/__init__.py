"""The measuring itself is measured."""
