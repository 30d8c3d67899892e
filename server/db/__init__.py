"""One file per noun: its table and its queries."""
