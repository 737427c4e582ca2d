"""Reproducible measurements: `python -m bench` prints one table."""
