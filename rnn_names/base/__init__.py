"""What every other package stands on: arrays, errors, files, texts."""
