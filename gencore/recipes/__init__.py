"""Recipes: one file a chapter's run, with its settings; each ends in a results record.

``gencore train vae --profile full --seed 0`` runs one from the shell.
"""
