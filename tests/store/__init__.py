"""The store: what is written down, and what can never be."""
