"""The truth: every change of a contact is one transaction here."""
