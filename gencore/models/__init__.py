"""gencore.models."""
