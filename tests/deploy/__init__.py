"""The recipes of deploy/, tried out."""
