"""Text to phone-ready audio. Knows no call."""
