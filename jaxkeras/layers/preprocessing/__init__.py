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
from jaxkeras.layers.preprocessing.image_color import (
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from jaxkeras.layers.preprocessing.image_erasing import MaxNumBoundingBoxes, RandomErasing
from jaxkeras.layers.preprocessing.image_filtering import RandomGaussianBlur, RandomSharpness
from jaxkeras.layers.preprocessing.image_histogram import (
    AutoContrast,
    ContrastLimitedAdaptiveHistogramEqualization,
    Equalization,
)
from jaxkeras.layers.preprocessing.image_mixing import CutMix, MixUp
from jaxkeras.layers.preprocessing.image_policies import AugMix, RandAugment
from jaxkeras.layers.preprocessing.image_sizes import CenterCrop, RandomCrop, Resizing
from jaxkeras.layers.preprocessing.image_tone import (
    RandomBrightness,
    RandomContrast,
    RandomInvert,
    RandomPosterization,
    Solarization,
)
from jaxkeras.layers.preprocessing.image_warping import (
    RandomElasticTransform,
    RandomFlip,
    RandomPerspective,
)
from jaxkeras.layers.preprocessing.lookup import IntegerLookup, StringLookup
from jaxkeras.layers.preprocessing.pipeline import Pipeline
from jaxkeras.layers.preprocessing.scaling import Normalization, Rescaling
from jaxkeras.layers.preprocessing.spectrogram import MelSpectrogram, STFTSpectrogram
from jaxkeras.layers.preprocessing.text import TextVectorization

__all__ = [
    "AugMix",
    "AutoContrast",
    "CategoryEncoding",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Discretization",
    "Equalization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "MaxNumBoundingBoxes",
    "MelSpectrogram",
    "MixUp",
    "Normalization",
    "Pipeline",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Rescaling",
    "Resizing",
    "STFTSpectrogram",
    "Solarization",
    "StringLookup",
    "TextVectorization",
]
