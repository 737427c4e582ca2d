"""Voices: one file per engine behind one Protocol."""
