"""tensorflow-datasets' own builders, taught to prepare a folder without TensorFlow."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jaxkeras.datasets._catalog import Dataset
from jaxkeras.datasets._raw import Arrays, Raw


def write(dataset: Dataset, raw: Raw, root: Path) -> Path:
    """Write a prepared folder, in the original order of the examples.

    Args:
        dataset: which data set it is.
        raw: its examples.
        root: the data folder; must not hold this data set yet.

    Returns:
        The prepared folder, `root/name/version`.
    """
    import tensorflow_datasets as tfds

    builder = _builder_class(dataset, raw)(data_dir=root)
    # The folder is a temporary one, so what is printed about it would mislead.
    with contextlib.redirect_stdout(io.StringIO()):
        builder.download_and_prepare(
            file_format="array_record",
            download_config=tfds.download.DownloadConfig(try_download_gcs=False),
        )
    return Path(builder.data_dir)


def _builder_class(dataset: Dataset, raw: Raw) -> Any:
    """A subclass of the public builder that takes its examples from memory."""
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core import registered

    base: Any = tfds.builder_cls(dataset.name)

    with registered.skip_registration():

        class Builder(base):
            """The public builder with its own reader: arrays instead of `tf.io`."""

            name = dataset.name

            def _info(self) -> tfds.core.DatasetInfo:
                info = super()._info()
                return tfds.core.DatasetInfo(
                    builder=self,
                    description=info.description,
                    features=info.features,
                    supervised_keys=info.supervised_keys,
                    homepage=info.homepage,
                    citation=info.citation,
                    disable_shuffling=True,
                )

            def _split_generators(self, dl_manager: Any) -> dict[str, Iterator]:
                for label, names in raw.class_names.items():
                    self.info.features[label].names = names
                return {
                    name: _examples(dataset, name, arrays) for name, arrays in raw.splits.items()
                }

            def _generate_examples(self) -> None:
                raise NotImplementedError("the examples come from _split_generators")

    Builder.__module__ = base.__module__  # recorded in the folder, which others read
    return Builder


def _examples(dataset: Dataset, split: str, arrays: Arrays) -> Iterator[tuple[int, dict[str, Any]]]:
    from PIL import Image

    for index, image in enumerate(arrays["image"]):
        example: dict[str, Any] = {label: int(arrays[label][index]) for label in dataset.labels}
        example["image"] = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        if dataset.layout == "cifar":
            example["id"] = f"{split}_{index:05d}"
        yield index, example
