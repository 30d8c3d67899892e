"""The edge of every request: guards, transaction, problems, bodies, headers."""
