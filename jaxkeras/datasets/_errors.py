"""The one exception that the data sets raise."""


class DatasetError(RuntimeError):
    """A data set could not be found, downloaded, verified, prepared or read.

    The message says what was expected, what was found, and what to do about it.

    Example:
        >>> import jaxkeras
        >>> jaxkeras.datasets.prepare("minst")
        Traceback (most recent call last):
        ...
        jaxkeras.datasets.DatasetError: unknown data set 'minst'. Expected one of mnist, ...
    """

    __module__ = "jaxkeras.datasets"
