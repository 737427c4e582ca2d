"""The HTTP application, in this process and over a real database."""
