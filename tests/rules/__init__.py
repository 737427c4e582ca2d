"""Tests of campaigns.rules."""
