"""Demo data, marked as such, and a simulated day in the field."""
