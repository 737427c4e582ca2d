"""Phone lines: dials, plays audio, collects digits. Knows no patient, no text and no database."""
