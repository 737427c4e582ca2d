"""Who may come in over the network, and what they may do."""
