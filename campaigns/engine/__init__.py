"""Turns rules into calls."""
