"""HL7 v2 over MLLP: connections, frames, answers."""
