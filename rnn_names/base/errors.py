"""Errors that the user can fix. The command line prints them on one line; anything else is a bug."""


class RnnNamesError(Exception):
    """Says what is wrong, where, and what to do about it; each argument is a line."""


class DataError(RnnNamesError):
    """A file of names cannot be used as it is."""


class UnknownCountryError(DataError, ValueError):
    """A country that a model does not know, or a weight that is none."""


class CheckpointError(RnnNamesError):
    """A model file cannot be used, or a model does not fit into one."""


class MissingModelError(CheckpointError, FileNotFoundError):
    """There is no model file of this name."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class TrainingError(RnnNamesError):
    """Training cannot go on."""


class LostProcessError(TrainingError):
    """A process that shares the work of a training has ended before its time."""


class TooLargeError(RnnNamesError):
    """Training would take more memory than there is."""


class OutputError(RnnNamesError):
    """A file that cannot be written."""


class QualityError(RnnNamesError):
    """A model does worse than was asked for."""
