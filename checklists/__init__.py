"""What is looked at and what it means: checklists, procedures and limits. Plain Python and data.

Nothing here may import another package of ours, nor flask, sqlalchemy, marshmallow, PIL or qrcode
(held by import-linter, see pyproject.toml).
"""
