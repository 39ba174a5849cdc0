"""What changed since the last release, and every version a row has had."""
