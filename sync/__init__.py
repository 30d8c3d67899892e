"""How tablets and server agree: pure functions over plain values (docs/protocol.md is the contract).

Imports `checklists` only; never flask, sqlalchemy, marshmallow, PIL or qrcode (held by import-linter).
"""
