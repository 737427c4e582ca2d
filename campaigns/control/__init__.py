"""What supervisors do and ask, whether by a command or over the network."""
