"""The documentation says what is true: its commands exist, its generated pages are up to date."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, NamedTuple

import click
import pytest
import yaml

from emoflix_device.config import HouseholdSettings
from emoflix_device.household import open_household
from emoflix_device.run import NOTICE
from emoflix_device.vision.card import BUNDLED_MODEL

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "training" / "README.md",
    ROOT / "catalog" / "README.md",
)

QUICK: Final = re.compile(r"emoflix-catalog (recommend|search|info|stats|version|check)\b")
"""What needs neither hardware nor a service, and takes a moment on the starter catalogue."""

NEEDS: Final = re.compile(
    r"\bID\b|\.json|\.csv|\.jpg|\.\./shared|--catalogue|--reference|[A-Z]{4,}|FILE|\.emoflix|<|\|"
)
"""A command with a file or a word of the reader's own is parsed, not run."""

CUT_SHORT: Final = re.compile(r"…|\.\.\.")


SHELLS: Final = {"", "sh", "console", "bash"}
OURS: Final = re.compile(r"(emoflix(-catalog|-train|-web)?|make|python|deploy/install\.sh) \S")


class Documented(NamedTuple):
    """One command of ours; `whole` where it stands in a block, to be copied as it is."""

    page: Path
    command: str
    whole: bool

    def __str__(self) -> str:
        return f"{self.page}: {self.command}"[:80]


def documented(page: Path) -> Iterator[Documented]:
    """Every command on a page, from its blocks and from its running text."""
    text = page.read_text(encoding="utf-8")
    fence = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
    blocks = [block for language, block in fence.findall(text) if language in SHELLS]
    prose = fence.sub("", text)
    for whole, lines in (
        (True, "\n".join(blocks).replace("\\\n", " ").splitlines()),
        (False, re.findall(r"`([^`\n]+)`", prose)),
    ):
        for line in lines:
            for part in re.split(r"&&|\s[|>]\s", line):
                command = re.sub(r"\s+#.*", "", part).strip()
                command = command.removeprefix("$ ").removeprefix("sudo ")
                if re.match(OURS, command):
                    yield Documented(
                        page.relative_to(ROOT), command, whole and not CUT_SHORT.search(command)
                    )


COMMANDS: Final = sorted({found for page in PAGES if page.exists() for found in documented(page)})


@pytest.mark.parametrize("found", COMMANDS, ids=str)
def test_a_documented_command_exists_with_its_options(found: Documented) -> None:
    program, *arguments = shlex.split(CUT_SHORT.sub("", found.command))
    if program == "make":
        rules = "".join(path.read_text() for path in (ROOT / "Makefile", *ROOT.glob("deploy/*.mk")))
        targets = re.findall(r"^([a-z0-9-]+):", rules, re.MULTILINE)
        assert {word for word in arguments if "=" not in word} <= set(targets)
        return
    if program == "python":
        script = f"{arguments[1].replace('.', '/')}.py" if arguments[0] == "-m" else arguments[0]
        assert [*ROOT.glob(script), *ROOT.glob(f"*/{script}")]
        return
    if program == "deploy/install.sh":
        told = subprocess.run(
            [ROOT / program, "--help"], capture_output=True, text=True, check=True
        )
        options = {word for word in arguments if word.startswith("--")}
        assert options <= set(re.findall(r"--[a-z-]+", told.stdout))
        return
    (script,) = entry_points(group="console_scripts", name=program)
    # Two of the programs stand behind a function that turns errors into one line.
    behind = getattr(import_module(script.module), program.replace("-", "_"), None)
    root = behind if isinstance(behind, click.Command) else script.load()
    parse(root, program, arguments, whole=found.whole)


@pytest.mark.parametrize("program", ["emoflix", "emoflix-catalog", "emoflix-train"])
def test_every_command_is_documented(program: str) -> None:
    (script,) = entry_points(group="console_scripts", name=program)
    root = getattr(import_module(script.module), program.replace("-", "_"), None)
    told = "\n".join(found.command for found in COMMANDS)
    commands = [*commands_below(root if root is not None else script.load(), program)]
    assert len(commands) > 5
    assert [command for command in commands if not re.search(rf"{command}\b", told)] == []


def commands_below(command: click.Command, name: str) -> Iterator[str]:
    """Each command's whole name."""
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command, info_name=name)
    for word in command.list_commands(context):
        if (inner := command.get_command(context, word)) is not None:
            yield from commands_below(inner, f"{name} {word}")


def parse(command: click.Command, name: str, arguments: list[str], *, whole: bool) -> None:
    """Parse as the program would, without running anything.

    A command in running text may lack what it needs, but not have what does not exist. A file of
    the reader's need not be there.
    """
    if {"-h", "--help", "--version"} & set(arguments):
        return
    try:
        context = command.make_context(name, list(arguments), resilient_parsing=not whole)
    except click.BadParameter as error:
        assert "does not exist" in error.message  # noqa: PT017  any other is a mistake
        return
    if isinstance(command, click.Group):
        # Where click keeps the name of the subcommand and what follows it.
        rest = [*context._protected_args, *context.args]
        if rest:
            found, inner, left = command.resolve_command(context, rest)
            assert inner is not None
            parse(inner, found or "", left, whole=whole)


@pytest.mark.parametrize(
    "found",
    [
        one
        for one in COMMANDS
        if one.whole and QUICK.match(one.command) and not NEEDS.search(one.command)
    ],
    ids=str,
)
def test_a_quick_documented_command_runs(found: Documented, home: Path) -> None:
    emoflix_catalog(home, *shlex.split(found.command)[1:])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's, with the starter catalogue built."""
    folder = tmp_path_factory.mktemp("home")
    emoflix_catalog(folder, "build")
    return folder


def emoflix_catalog(home: Path, *arguments: str) -> None:
    ran = in_home(home, "emoflix_catalog", arguments)
    assert ran.returncode == 0, ran.stderr[-300:]


def in_home(home: Path, module: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """A command of ours, by a reader who answers yes."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=home,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
    )


MODULES: Final = {"emoflix": "emoflix_device", "emoflix-catalog": "emoflix_catalog"}
HARDWARE: Final = "emoflix check"
"""Of the page of operations, what wants a camera and a broker."""


def test_the_commands_of_the_page_of_operations_run_in_their_order(home: Path) -> None:
    for suffix in (".tflite", ".json"):
        shutil.copy(BUNDLED_MODEL.with_suffix(suffix), home)
    stick = home / "media" / "stick"
    stick.mkdir(parents=True)
    files = {"catalogue": home / "new.emoflix", "expression_model": home / "new.tflite"}
    settings = {
        "state_dir": str(home / "state"),
        "recommender": {"catalogue": str(files["catalogue"])},
        "vision": {"expression_model": str(files["expression_model"])},
        "update": {"key_file": str(home / "emoflix.pub"), "sources": [str(home)]},
    }
    config = home / "emoflix.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    (home / "state").mkdir()
    with open_household(HouseholdSettings(), home / "state") as store:
        store.profiles.create("Anna")

    page = ROOT / "docs" / "operations.md"
    commands = [one.command for one in documented(page) if one.whole]
    ran = [command for command in commands if not command.startswith((HARDWARE, "make"))]
    assert len(ran) > 9
    for command in ran:
        program, *arguments = shlex.split(
            command.replace("~", str(home)).replace("/media/stick", str(stick))
        )
        if arguments[0] in {"status", "backup", "restore", "update"}:
            arguments += ["--config", str(config)]
        expected = 0
        if arguments[0] == "status":
            # What a service that runs on this very machine says is not asked.
            arguments += ["--file", str(home / "no-service.json")]
            expected = 1
        ended = in_home(home, MODULES[program], arguments)
        assert ended.returncode == expected, (command, ended.stderr[-300:])
    assert all(file.exists() for file in files.values())


def test_the_page_of_configuration_keys_is_made_from_the_code(tmp_path: Path) -> None:
    written = tmp_path / "configuration.md"
    subprocess.run([sys.executable, ROOT / "docs" / "write_configuration.py", written], check=True)
    assert written.read_text() == (ROOT / "docs" / "configuration.md").read_text(), (
        "run python docs/write_configuration.py docs/configuration.md"
    )


def test_the_site_builds_without_a_broken_link_or_a_request_to_elsewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr.decode()[-2000:]
    for html in (tmp_path / "site").rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="(https?://[^"]+)"', html.read_text()
        )
        assert [url for url in loaded if "canonical" not in url] == [], html.name


@pytest.mark.parametrize("page", [page for page in PAGES if page.exists()], ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def test_the_readme_carries_the_notice_that_the_box_publishes() -> None:
    read = (ROOT / "README.md").read_text(encoding="utf-8")
    assert NOTICE in " ".join(read.replace("\n> ", " ").split())


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f" {page.name}\n" in navigation, page.name
