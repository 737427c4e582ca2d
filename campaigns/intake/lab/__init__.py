"""Results that laboratories send, in whatever format: what they mean, and what becomes of them."""
