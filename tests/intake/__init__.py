"""Tests of campaigns.intake."""
