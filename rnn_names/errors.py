"""What a user can mend. The command line prints these on one line; anything else is a bug."""


class RnnNamesError(Exception):
    """Says what is wrong, where, and what to do about it."""


class DataError(RnnNamesError):
    """A file of names cannot be used as it is."""


class CheckpointError(RnnNamesError):
    """A model file cannot be used, or a model does not fit into one."""


class TrainingError(RnnNamesError):
    """Training cannot go on."""


class OutputError(RnnNamesError):
    """A file that cannot be written."""
