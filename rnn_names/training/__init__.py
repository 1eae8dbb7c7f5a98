"""From names to a model."""
