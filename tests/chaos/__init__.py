"""Campaigns against SIPp while engines, line processes and the database are killed at random moments."""
