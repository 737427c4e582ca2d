"""Takes what happened to other systems and to offices, at least once and in order."""
