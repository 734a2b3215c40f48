import sys

import pytest

from emoflix_device import cli


@pytest.mark.parametrize(("command", "package"), [("web", "aiohttp"), ("pair", "segno")])
def test_a_command_whose_packages_are_not_installed_says_what_brings_them(
    command: str,
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(sys, "argv", ["emoflix", command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"needs {package}" in said
    assert "'emoflix[web]'" in said
