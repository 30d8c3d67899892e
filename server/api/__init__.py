"""JSON for tablets: parse, call one service, present."""
