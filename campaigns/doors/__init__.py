"""The process that serves: HTTP, MLLP and the servers that are read; beside the engine, never in it."""
