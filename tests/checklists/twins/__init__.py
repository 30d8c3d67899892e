"""The tablet's TypeScript beside checklists/: whole answers compared, over generated questions."""
