"""Pure decisions: hours, retries, who is due, pacing. Values and `now` in, a decision out."""
