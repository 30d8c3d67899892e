"""Where bytes lie: BlobStore on disk. Knows nothing of HTTP."""
