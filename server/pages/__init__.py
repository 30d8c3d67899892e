"""HTML for people: parse, call one service, present."""
