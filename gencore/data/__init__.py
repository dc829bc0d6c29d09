"""gencore.data."""
