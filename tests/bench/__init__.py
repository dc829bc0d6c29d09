"""`make bench`: how fast gencore is beside PyTorch, on the same work, in turns, in one process."""
