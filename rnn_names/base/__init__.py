"""The base of all other packages: arrays, errors, files, texts."""
