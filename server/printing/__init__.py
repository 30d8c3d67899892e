"""Paper: finished documents to PDF, QR symbols. Cannot query; whatever is printed is handed in."""
