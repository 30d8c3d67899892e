"""Wire shapes: marshmallow, strict, Vietnamese messages; JSON to sync and checklists types and back."""
