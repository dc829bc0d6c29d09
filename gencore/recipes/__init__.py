"""gencore.recipes."""
