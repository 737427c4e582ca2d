"""Call scripts: YAML files become conversations that are played without any I/O."""
