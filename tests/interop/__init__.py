"""Our lines against somebody else's SIP."""
