"""gencore.metrics."""
