"""Layers that prepare data and augment it."""

from jaxkeras.layers.preprocessing.category_encoding import CategoryEncoding
from jaxkeras.layers.preprocessing.discretization import Discretization
from jaxkeras.layers.preprocessing.hashing import HashedCrossing, Hashing
from jaxkeras.layers.preprocessing.image_affine import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from jaxkeras.layers.preprocessing.image_erasing import MaxNumBoundingBoxes, RandomErasing
from jaxkeras.layers.preprocessing.image_sizes import CenterCrop, RandomCrop, Resizing
from jaxkeras.layers.preprocessing.image_warping import (
    RandomElasticTransform,
    RandomFlip,
    RandomPerspective,
)
from jaxkeras.layers.preprocessing.lookup import IntegerLookup, StringLookup
from jaxkeras.layers.preprocessing.scaling import Normalization, Rescaling
from jaxkeras.layers.preprocessing.text import TextVectorization

__all__ = [
    "CategoryEncoding",
    "CenterCrop",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "MaxNumBoundingBoxes",
    "Normalization",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomPerspective",
    "RandomRotation",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Rescaling",
    "Resizing",
    "StringLookup",
    "TextVectorization",
]
