"""A network with its recipe, its probabilities and its file."""
