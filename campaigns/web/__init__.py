"""Pages for supervisors and operators."""
