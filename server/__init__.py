"""Flask, database, files and paper: the only package that touches the outside."""
