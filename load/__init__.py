"""From tables to a published release: write, check, judge at the gates, and publish by an atomic rename."""
