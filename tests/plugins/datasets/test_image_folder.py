"""Folders and archives of images."""

import json
import os
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convlab.errors import ConfigError, DataError
from convlab.plugin import Dataset
from convlab_plugins.datasets.image_folder import image_folder
from convlab_plugins.datasets.image_source import DEEPEST

WriteImage = Callable[..., Path]


def _png(size: tuple[int, int] = (6, 4), color: object = 0, mode: str = "RGB", form: str = "PNG") -> bytes:
    buffer = BytesIO()
    Image.new(mode, (size[1], size[0]), color).save(buffer, form)  # type: ignore[arg-type]
    return buffer.getvalue()


def _write_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _members(top: str = "") -> dict[str, bytes]:
    return {
        f"{top}{split}/{label}/{number}.png": _png(color=(index, number, 100 if split == "test" else 0))
        for split, count in (("train", 3), ("test", 2))
        for index, label in enumerate(("ant", "bee"))
        for number in range(count)
    }


def _unpack(members: dict[str, bytes], directory: Path) -> Path:
    for name, content in members.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    return directory


def _check_members(dataset: Dataset) -> None:
    assert dataset.classes == ("ant", "bee")
    assert dataset.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert dataset.test.labels.tolist() == [0, 0, 1, 1]
    assert dataset.train.images.shape == (6, 6, 4, 3)
    assert dataset.train.images[:, 5, 3].tolist() == [[k, n, 0] for k in range(2) for n in range(3)]
    assert dataset.test.images[:, 0, 0].tolist() == [[k, n, 100] for k in range(2) for n in range(2)]


@pytest.mark.parametrize("top", ["", "pets/"])
def test_a_directory_and_a_zip_give_the_same(tmp_path: Path, top: str) -> None:
    folder = image_folder(root=str(_unpack(_members(top), tmp_path / "folder")))
    archive = image_folder(root=str(_write_zip(tmp_path / "pets.zip", _members(top))))
    _check_members(folder)
    assert folder.fingerprint == archive.fingerprint


def test_a_deflated_zip_is_read(tmp_path: Path) -> None:
    _check_members(image_folder(root=str(_write_zip(tmp_path / "x.zip", _members(), zipfile.ZIP_DEFLATED))))


def test_hidden_files_and_other_files_are_left_out(tmp_path: Path) -> None:
    extra = {
        "train/ant/notes.txt": b"",
        "train/ant/.x.png": b"",
        "__MACOSX/train/ant/._0.png": b"",
        ".git/x.png": b"",
    }
    _check_members(image_folder(root=str(_write_zip(tmp_path / "x.zip", {**extra, **_members()}))))
    _unpack({name: content for name, content in extra.items() if "MACOSX" not in name}, tmp_path / "folder")
    _check_members(image_folder(root=str(_unpack(_members(), tmp_path / "folder"))))


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    real = _unpack(_members(), tmp_path / "real")
    (tmp_path / "linked").mkdir()
    for split in ("train", "test"):
        (tmp_path / "linked" / split).symlink_to(real / split)
    _check_members(image_folder(root=str(tmp_path / "linked")))
    (real / "train" / "ant" / "loop").symlink_to(real / "train" / "ant")
    with pytest.raises(DataError, match="'train/ant/loop/0.png' is not in a folder for its class"):
        image_folder(root=str(real))
    assert DEEPEST == 4


def test_without_a_test_folder_the_names_decide(tmp_path: Path, write_image: WriteImage) -> None:
    for top in ("a", "b"):
        for label in ("ant", "bee"):
            for number in range(10):
                write_image(tmp_path / top / label / f"{number}.png", color=(number, 0, 0))
    first, second = (image_folder(root=str(tmp_path / top), test_fraction=0.3) for top in ("a", "b"))
    assert first.fingerprint == second.fingerprint
    assert np.bincount(first.train.labels).tolist() == [7, 7]
    assert np.bincount(first.test.labels).tolist() == [3, 3]
    for index in range(2):
        seen = [split.images[split.labels == index, 0, 0, 0] for split in (first.train, first.test)]
        assert sorted(np.concatenate(seen).tolist()) == list(range(10))
        assert seen[1].tolist() != [0, 1, 2]  # the first by name would be from one series


@pytest.mark.parametrize(("fraction", "count"), [(0.01, 1), (0.5, 2), (0.99, 2)])
def test_each_class_is_in_both_splits(
    tmp_path: Path, write_image: WriteImage, fraction: float, count: int
) -> None:
    for number in range(3):
        write_image(tmp_path / "train" / "ant" / f"{number}.png")
    dataset = image_folder(root=str(tmp_path), test_fraction=fraction)
    assert (len(dataset.test), len(dataset.train)) == (count, 3 - count)


def test_the_limit_keeps_the_first_of_each_class_and_split(tmp_path: Path) -> None:
    dataset = image_folder(root=str(_write_zip(tmp_path / "x.zip", _members())), limit_per_class=2)
    assert dataset.train.images[:, 0, 0, 1].tolist() == [0, 1, 0, 1]
    assert len(dataset.test) == 4


def test_images_are_resized_on_request_only(tmp_path: Path) -> None:
    members = {**_members(), "train/bee/2.png": _png((8, 8), color=(1, 2, 0))}
    path = _write_zip(tmp_path / "x.zip", members)
    with pytest.raises(DataError) as caught:
        image_folder(root=str(path))
    assert str(caught.value) == (
        f"{path}: 'train/bee/2.png' has 8x8 pixels, 'train/ant/0.png' 6x4; "
        "resize all of them with data.size=[height,width]"
    )
    _resized = image_folder(root=str(path), size=(5, 7))
    assert _resized.image_shape == (5, 7, 3)
    assert _resized.train.images[:, 2, 3].tolist() == [[k, n, 0] for k in range(2) for n in range(3)]


def test_of_several_images_that_differ_the_first_is_named(tmp_path: Path) -> None:
    members = {f"train/ant/{n:04}.png": _png((6, 4) if n < 200 else (n, 4)) for n in range(600)}
    with pytest.raises(DataError, match=r"'train/ant/0200\.png' has 200x4 pixels"):
        image_folder(root=str(_write_zip(tmp_path / "x.zip", members)), test_fraction=0.001)


@pytest.mark.parametrize(
    ("mode", "color", "rgb", "gray"),
    [
        ("RGB", (200, 100, 50), [200, 100, 50], 124),
        ("L", 77, [77, 77, 77], 77),
        ("RGBA", (200, 100, 50, 10), [200, 100, 50], 124),
        ("P", 0, [0, 0, 0], 0),
        ("1", 1, [255, 255, 255], 255),
    ],
)
def test_any_mode_becomes_rgb_or_gray(
    tmp_path: Path, write_image: WriteImage, mode: str, color: object, rgb: list[int], gray: int
) -> None:
    for number in range(2):
        write_image(tmp_path / "train" / "ant" / f"{number}.png", color=color, mode=mode)
    assert image_folder(root=str(tmp_path)).train.images[0, 0, 0].tolist() == rgb
    assert image_folder(root=str(tmp_path), grayscale=True).train.images[0, 0, 0].tolist() == [gray]


def test_jpegs_of_any_spelling_are_read(tmp_path: Path) -> None:
    names = ("a.jpg", "b.jpeg", "c.JPG", "d.PNG")
    members = {f"ant/{name}": _png(color=(90, 90, 90), form="JPEG") for name in names}
    dataset = image_folder(root=str(_write_zip(tmp_path / "x.zip", members)))
    assert (len(dataset.train), len(dataset.test)) == (3, 1)
    assert np.abs(dataset.train.images.astype(int) - 90).max() <= 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "UnidentifiedImageError"),
        (b"no image", "UnidentifiedImageError"),
        (_png()[:-30], r"\w+"),
        (_png(form="GIF"), "UnidentifiedImageError"),
    ],
)
def test_a_damaged_image_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    root = _unpack({**_members(), "train/bee/1.png": content}, tmp_path / "x")
    with pytest.raises(
        DataError, match=rf"x: cannot decode 'train/bee/1\.png' \({reason}.*; repair or remove it"
    ):
        image_folder(root=str(root))
    assert not (tmp_path / "cache").exists()


def test_sixteen_bits_are_refused_rather_than_clipped(tmp_path: Path, write_image: WriteImage) -> None:
    write_image(tmp_path / "ant" / "0.png", mode="I;16", color=1000)
    write_image(tmp_path / "ant" / "1.png", mode="I;16", color=1000)
    with pytest.raises(DataError, match=r"cannot use 'ant/\d\.png': it has more than 8 bits per channel"):
        image_folder(root=str(tmp_path))


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    members = {f"ant/{n}.png": _png((8200, 8200), mode="1") for n in range(2)}
    with pytest.raises(DataError, match="it has 8200x8200 pixels, more than 67,108,864; make it smaller"):
        image_folder(root=str(_write_zip(tmp_path / "x.zip", members)))


def test_more_images_than_fit_are_refused_with_the_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = sys.modules["convlab_plugins.datasets.image_decode"]
    monkeypatch.setattr(decode, "LARGEST_BYTES", 700)
    with pytest.raises(DataError, match=r"10 images of 6x4 pixels take 0\.0 GiB, more than .* data\.size="):
        image_folder(root=str(_write_zip(tmp_path / "x.zip", _members())))


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], r"holds no \.png, \.jpg, \.jpeg files; expected <class>/<image>"),
        (["ant/0.txt"], r"holds no \.png"),
        (["0.png", "1.png"], r"'0\.png' is not in a folder for its class"),
        (["train/ant/0.png", "0.png"], r"'0\.png' is not in a folder for its class"),
        (
            ["train/ant/0.png", "bee/0.png"],
            r"'bee/0\.png' is in a class folder of its own, 'train/ant/0\.png' in",
        ),
        (["test/ant/0.png"], "no training images of class 'ant'"),
        (["train/ant/0.png", "test/bee/0.png"], "no training images of class 'bee'"),
        (["ant/0.png", "ant/1.png", "bee/0.png"], "class 'bee' has a single image"),
        (
            ["ant/0.png", "ant/1.png", "b\x1b[2J/0.png", "b\x1b[2J/1.png"],
            r"class folder 'b\\x1b\[2J' has unprint",
        ),
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_wrong_layout_is_explained(tmp_path: Path, names: list[str], text: str, zipped: bool) -> None:
    members = {name: _png() for name in names}
    (tmp_path / "folder").mkdir()
    root = _write_zip(tmp_path / "x.zip", members) if zipped else _unpack(members, tmp_path / "folder")
    with pytest.raises(DataError, match=text):
        image_folder(root=str(root))


def test_a_root_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"no directory or zip archive at .*absent; name one with data\.root=PATH"
    ):
        image_folder(root=str(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"size": (0, 4)}, r"size must be \(height, width\), each >= 1 .*got \(0, 4\)"),
        ({"size": (10**6, 10**6)}, "no more than 67,108,864 pixels together"),
        ({"test_fraction": 0.0}, "test_fraction must be above 0 and below 1, got 0.0"),
        ({"test_fraction": float("nan")}, "test_fraction must be above 0 and below 1, got nan"),
        ({"limit_per_class": 0}, "limit_per_class must be >= 1, got 0"),
    ],
)
def test_values_out_of_range_are_named(tmp_path: Path, config: dict, text: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ConfigError, match=text):
        image_folder(root=str(tmp_path), **config)


def test_member_names_never_become_paths(tmp_path: Path) -> None:
    outside = {f"../../ant/{number}.png": _png() for number in range(2)}
    root = _write_zip(tmp_path / "x.zip", outside)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="not in a folder for its class|holds no"):
        image_folder(root=str(root))
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("ant/0.png", _png())
        archive.writestr("ant/0.png", _png(color=(1, 1, 1)))
    with pytest.raises(DataError, match=r"'ant/0\.png' comes 2 times"):
        image_folder(root=str(tmp_path / "x.zip"))


def test_a_zip_bomb_is_refused_by_what_it_claims(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(2):
            with archive.open(f"ant/{number}.png", "w") as member:
                for _ in range(65):
                    member.write(bytes(1 << 20))
    with pytest.raises(
        DataError, match=r"member 'ant/\d\.png': claims 68,157,440 bytes, more than the 67,108,864"
    ):
        image_folder(root=str(tmp_path / "x.zip"))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_bounded_are_refused(tmp_path: Path, method: int) -> None:
    with pytest.raises(DataError, match="is compressed by another method than deflate"):
        image_folder(root=str(_write_zip(tmp_path / "x.zip", _members(), method)))


def test_a_member_that_claims_less_than_it_holds_is_refused(tmp_path: Path) -> None:
    path = _write_zip(
        tmp_path / "x.zip", {f"ant/{n}.png": bytes(5000) for n in range(2)}, zipfile.ZIP_DEFLATED
    )
    size = (5000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (50).to_bytes(4, "little")))
    with pytest.raises(DataError, match=r"member 'ant/\d\.png': cannot be read \(Bad CRC"):
        image_folder(root=str(path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", bytes(1000)])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(DataError, match=r"x\.zip: cannot be read as a zip archive"):
        image_folder(root=str(tmp_path / "x.zip"))


def test_a_zip_damaged_anywhere_gives_images_or_a_data_error(tmp_path: Path) -> None:
    good = _write_zip(tmp_path / "good.zip", _members(), zipfile.ZIP_DEFLATED).read_bytes()
    refused = 0
    rng = np.random.default_rng(0)
    for trial in range(200):
        damaged = bytearray(good)
        for position in rng.integers(0, len(good), 3):
            damaged[position] ^= 1 << int(rng.integers(8))
        path = tmp_path / f"{trial}.zip"
        path.write_bytes(damaged)
        try:
            image_folder(root=str(path))
        except DataError:
            refused += 1
    assert refused > 100


class TestCache:
    """Decoding happens once."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return _unpack(_members(), tmp_path / "x")

    @pytest.fixture
    def decoded(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """Counts the calls that decode."""
        module = sys.modules[image_folder.__module__]
        calls: list[int] = []
        original = module.decode_images

        def counting(*arguments: object) -> object:
            calls.append(1)
            return original(*arguments)

        monkeypatch.setattr(module, "decode_images", counting)
        return calls

    @pytest.mark.parametrize("zipped", [True, False])
    def test_the_second_call_reads_what_the_first_kept(
        self, tmp_path: Path, root: Path, decoded: list[int], zipped: bool
    ) -> None:
        source = _write_zip(tmp_path / "x.zip", _members()) if zipped else root
        first, second = image_folder(root=str(source)), image_folder(root=str(source))
        assert len(decoded) == 1
        assert first.fingerprint == second.fingerprint
        _check_members(second)
        assert [path.name for path in (tmp_path / "cache" / "image_folder").glob(".*")] == []

    @pytest.mark.parametrize(
        "config", [{"size": (3, 3)}, {"grayscale": True}, {"limit_per_class": 1}, {"test_fraction": 0.4}]
    )
    def test_an_option_makes_another_entry(self, root: Path, decoded: list[int], config: dict) -> None:  # type: ignore[type-arg]
        image_folder(root=str(root))
        image_folder(root=str(root), **config)
        assert len(decoded) == 2

    def test_a_changed_file_is_noticed(self, root: Path, decoded: list[int]) -> None:
        image_folder(root=str(root))
        (root / "train" / "ant" / "0.png").write_bytes(_png(color=(9, 9, 9)))
        assert image_folder(root=str(root)).train.images[0, 0, 0].tolist() == [9, 9, 9]
        os.utime(root / "train" / "ant" / "0.png", (1, 1))
        image_folder(root=str(root))
        assert len(decoded) == 3

    @pytest.mark.parametrize("damage", ["cut", "no description", "other description", "pickle"])
    def test_a_damaged_entry_is_replaced(
        self, tmp_path: Path, root: Path, decoded: list[int], damage: str
    ) -> None:
        image_folder(root=str(root))
        (entry,) = (tmp_path / "cache" / "image_folder").iterdir()
        images, description = entry / "train_images.npy", entry / "description.json"
        if damage == "cut":
            images.write_bytes(images.read_bytes()[:-1])
        elif damage == "no description":
            description.unlink()
        elif damage == "other description":
            description.write_text(json.dumps([]))
        else:
            np.save(images, np.array([{}]), allow_pickle=True)
        for _ in range(2):
            _check_members(image_folder(root=str(root)))
        assert len(decoded) == 2

    def test_a_cache_that_cannot_be_written_costs_a_warning(
        self, tmp_path: Path, root: Path, decoded: list[int]
    ) -> None:
        (tmp_path / "cache").write_bytes(b"a file where the directory would be")
        for _ in range(2):
            with pytest.warns(RuntimeWarning, match="cannot keep decoded images in .*CONVLAB_CACHE_DIR"):
                _check_members(image_folder(root=str(root)))
        assert len(decoded) == 2


def test_real_photographs(cifar10_zip: Path) -> None:
    dataset = image_folder(root=str(cifar10_zip), limit_per_class=3)
    assert dataset.train.images.shape == (30, 32, 32, 3)
    assert np.bincount(dataset.test.labels).tolist() == [3] * 10
    assert (dataset.classes[0], dataset.classes[-1]) == ("airplane", "truck")
    assert 100 < dataset.train.images.mean() < 140
    assert image_folder(root=str(cifar10_zip), limit_per_class=3).fingerprint == dataset.fingerprint
