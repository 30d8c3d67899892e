"""Procedures: dossier vectors, naive arithmetic beside them, hostile input, and who may decide."""
