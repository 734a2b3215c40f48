import os
import stat
from pathlib import Path

import pytest

from emoflix_device.replacing import replacing


def test_what_is_its_owners_alone_is_never_under_its_name_for_others_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        modes.append(stat.S_IMODE(self.stat().st_mode))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    with replacing(tmp_path / "key", mode=0o600) as part:
        modes.append(stat.S_IMODE(part.stat().st_mode))
        part.write_text("secret")
    assert modes == [0o600, 0o600]
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_what_a_block_could_not_finish_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path,
) -> None:
    target = tmp_path / "settings"
    target.write_text("old")

    def write_half() -> None:
        with replacing(target) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_leads_to_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "settings")
    with replacing(tmp_path / "link") as part:
        part.write_text("new")
    assert (tmp_path / "link").readlink() == tmp_path / "settings"
    assert (tmp_path / "settings").read_text() == "new"


def test_no_file_takes_the_place_of_a_device_or_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="is no file"), replacing(pipe):
        pass
    assert pipe.is_fifo()
