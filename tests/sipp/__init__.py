"""SIPp as the trunk and the patients: what they do is data, what SIPp saw is a report."""
