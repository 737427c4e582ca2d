"""Looks a home over before patients are called, and says what is wrong with it and what to do."""
