"""Why a model answers as it does, and what it would say."""
