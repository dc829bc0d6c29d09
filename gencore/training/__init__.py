"""gencore.training."""
