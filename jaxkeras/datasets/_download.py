"""Downloads through tensorflow-datasets, which shows the progress and verifies the checksums."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from pathlib import Path

from jaxkeras.datasets._catalog import Dataset
from jaxkeras.datasets._errors import DatasetError

_PROBE_SECONDS = 10


def download(dataset: Dataset, root: Path) -> dict[str, Path]:
    """Fetch the published files of a data set, or find them where an earlier run put them.

    Args:
        dataset: what to fetch.
        root: the data folder; the files go to its `downloads` folder.

    Returns:
        The path of each file by its name.

    Raises:
        DatasetError: a file cannot be fetched; the message names the ways out.
    """
    from tensorflow_datasets.core.download import resource

    folder = root / "downloads"
    names = {file.name: resource.get_dl_fname(file.url, file.sha256) for file in dataset.downloads}
    kept = {
        name: path
        for name, file_name in names.items()
        for path in (folder / dataset.name / file_name, folder / file_name)
        if path.is_file()
    }
    if len(kept) == len(names):
        return kept
    _probe(dataset)
    return _fetch(dataset, folder)


def _probe(dataset: Dataset) -> None:
    """Fail within seconds where the download manager would retry for minutes."""
    request = urllib.request.Request(dataset.downloads[0].url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=_PROBE_SECONDS).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500:
            raise _unavailable(dataset, f"{request.host} answers {error.code}") from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        if "CERTIFICATE" in str(reason):  # the manager brings certificates of its own
            return
        raise _unavailable(dataset, f"{request.host} cannot be reached ({reason})") from error


def _fetch(dataset: Dataset, folder: Path) -> dict[str, Path]:
    import tensorflow_datasets as tfds

    before = set(folder.glob("**/*.tmp.*"))
    try:
        manager = tfds.download.DownloadManager(download_dir=folder, dataset_name=dataset.name)
        # One at a time: of several at once, the others would still write after one has failed.
        return {file.name: Path(manager.download(file.url)) for file in dataset.downloads}
    except OSError as error:
        if error.errno is not None:
            raise
        raise _unavailable(dataset, str(error)) from error
    except Exception as error:
        raise _unavailable(dataset, str(error)) from error
    finally:
        for unfinished in set(folder.glob("**/*.tmp.*")) - before:
            shutil.rmtree(unfinished, ignore_errors=True)


def _unavailable(dataset: Dataset, reason: str) -> DatasetError:
    return DatasetError(
        f"{dataset.title} is not prepared and cannot be downloaded: {reason}.\n"
        "Three ways out:\n"
        "  1. connect to the network and call load_data() again: it downloads by itself;\n"
        f"  2. get the raw files another way, then run "
        f"`python -m jaxkeras data prepare {dataset.name} --from DIR` "
        "or call load_data(raw_dir=DIR);\n"
        "  3. use the embedded handwritten digits: jaxkeras.datasets.digits.load_data()."
    )
