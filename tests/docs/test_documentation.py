"""The documentation says what is true: its commands exist, its generated pages are up to date."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, NamedTuple

import click
import pytest

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
    r"\bID\b|\.json|\.csv|\.\./shared|--catalogue|--reference|[A-Z]{4,}|FILE|\.emoflix|<|\|"
)
"""A command with a file or a word of the reader's own is parsed, not run."""

CUT_SHORT: Final = re.compile(r"…|\.\.\.")


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
    blocks = re.findall(r"^```(?:sh|console|bash)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for whole, lines in (
        (True, "\n".join(blocks).replace("\\\n", " ").splitlines()),
        (False, re.findall(r"`([^`\n]+)`", prose)),
    ):
        for line in lines:
            for part in re.split(r"&&|\s[|>]\s", line):
                command = re.sub(r"\s+#.*", "", part).strip()
                command = command.removeprefix("$ ").removeprefix("sudo ")
                if re.match(r"(emoflix(-catalog|-train|-web)?|make) \S", command):
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
    (script,) = entry_points(group="console_scripts", name=program)
    # Two of the programs stand behind a function that turns errors into one line.
    behind = getattr(import_module(script.module), program.replace("-", "_"), None)
    root = behind if isinstance(behind, click.Command) else script.load()
    parse(root, program, arguments, whole=found.whole)


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
    ran = subprocess.run(
        [sys.executable, "-m", "emoflix_catalog", *arguments],
        cwd=home,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-300:]


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


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f" {page.name}\n" in navigation, page.name
