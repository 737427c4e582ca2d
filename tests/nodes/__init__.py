"""Several engines on one PostgreSQL."""
