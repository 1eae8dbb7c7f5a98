"""The network: from symbols to scores, and back through time."""
