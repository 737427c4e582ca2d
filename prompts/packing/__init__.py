"""Making a voice pack: what is to be in it, and rendering it with the best voice that is here."""
