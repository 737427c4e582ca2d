"""Kamailio as a trunk, as a balancing proxy, and as our own front."""
