"""Endurance: tens of thousands of calls, crashes among them; not in CI (`make soak`)."""
