"""Values and templates as people say them; one file per language."""
