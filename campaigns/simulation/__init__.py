"""The time machine: a campaign's day over simulated lines and a simulated clock, in a database of its own."""
