"""Use cases: a session and plain values in, plain values out. Never a request, never a commit."""
