"""Errors that the user can fix. The command line prints them on one line; anything else is a bug."""


class RnnNamesError(Exception):
    """States what is wrong, where, and what to do about it; each argument is a line."""


class DataError(RnnNamesError):
    """A file of names cannot be used as it is."""


class UnknownCountryError(DataError, ValueError):
    """A country that the model does not know, or an invalid weight."""


class CheckpointError(RnnNamesError):
    """A model file cannot be used, or a model cannot be saved."""


class MissingModelError(CheckpointError, FileNotFoundError):
    """There is no model file of this name."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class TrainingError(RnnNamesError):
    """Training cannot go on."""


class LostProcessError(TrainingError):
    """A worker process has ended too early."""


class TooLargeError(RnnNamesError):
    """Training would need more memory than there is."""


class OutputError(RnnNamesError):
    """A file cannot be written."""


class QualityError(RnnNamesError):
    """A figure of a model is below the required one."""
