"""FHIR, R4 and STU3: reports read, answered, and fetched."""
