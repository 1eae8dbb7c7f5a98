"""Names as text, in files, and as arrays."""
