"""The demonstration: simulated patients, and the proof that the records tell what they did."""
