"""Whom to call, when, what to say, and what came of it."""
