"""The tablet composes, seals and judges paper: held against sync/."""
