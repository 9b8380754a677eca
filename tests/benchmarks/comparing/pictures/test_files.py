"""Equal pictures are equal files."""

from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.comparing.pictures.files import save_all


def _picture() -> Figure:
    figure = Figure(figsize=(1, 1))
    figure.text(0.5, 0.5, "word")
    return figure


def test_a_file_does_not_say_when_its_picture_was_drawn(tmp_path: Path) -> None:
    files = save_all({"one": _picture, "two": _picture}, tmp_path / "new")

    assert [path.name for path in files] == ["one.png", "one.pdf", "two.png", "two.pdf"]
    assert all(b"CreationDate" not in path.read_bytes() for path in files)
    assert files[0].read_bytes() == files[2].read_bytes()
    assert files[1].read_bytes() == files[3].read_bytes()
