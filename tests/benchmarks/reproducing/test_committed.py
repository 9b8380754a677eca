import subprocess
from pathlib import Path

import pytest

from benchmarks.families.toedit.recipes.smoke import smoke
from benchmarks.reproducing.committed import COMMITTED, record_files, refuse_replacing
from data.errors import BadInput


def test_no_run_replaces_a_record_of_the_project() -> None:
    refuse_replacing(record_files(smoke(), [99], COMMITTED))
    with pytest.raises(BadInput, match=r"fresh_human-seed0\.json and 5 more: committed already"):
        refuse_replacing(record_files(smoke(), [0, 99], COMMITTED))


def test_what_git_does_not_track_may_be_replaced(tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for path in files:
        path.write_text("{}")
    refuse_replacing(files)
    for arguments in (["init", "-q"], ["add", "b.json"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)

    with pytest.raises(BadInput, match=r"b\.json: committed already"):
        refuse_replacing(files)
