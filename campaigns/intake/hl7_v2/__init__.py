"""HL7 v2 (ORU^R01): messages read, and answered."""
