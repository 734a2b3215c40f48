import json
import sys
from pathlib import Path

import numpy as np
import pytest

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.cli import main
from emoflix_catalog.film import Film
from emoflix_catalog.simulation import COUNT, regret, standard, study
from emoflix_catalog.store import Catalogue


def test_a_study_is_the_same_for_a_seed_and_keeps_within_chances(starter: Catalogue) -> None:
    one, again = (study(starter, viewers=2, evenings=4, seed=3) for _ in range(2))
    assert one.change == 2
    assert set(one.liking) == {"learning", "random", "static", "static in hindsight", "best fixed"}
    for way, rows in one.liking.items():
        assert rows.shape == (2, 4)
        assert ((rows > 0) & (rows < 1)).all()
        assert (rows == again.liking[way]).all()
    assert (regret(one, "best fixed") == 0).all()


def test_the_order_that_is_best_in_hindsight_is_better_than_chance(starter: Catalogue) -> None:
    done = study(starter, viewers=3, evenings=4, seed=1)
    hindsight = done.liking["static in hindsight"].mean()
    assert hindsight > done.liking["random"].mean()
    assert hindsight > done.liking["static"].mean()


def test_a_score_that_tells_nothing_apart_stays_at_zero() -> None:
    assert standard(np.full(4, 0.3, np.float32)).tolist() == [0.0] * 4
    scaled = standard(np.array([1, 2, 3], np.float32))
    assert (scaled.mean(), scaled.std()) == pytest.approx((0, 1))


def test_the_command_tells_and_draws_what_it_measured(
    starter_list: list[Film],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place, plot = tmp_path / "films.sqlite", tmp_path / "learning.png"
    write_catalogue(starter_list[:70], place)
    asked = ["--viewers", "2", "--evenings", "12", "--catalogue", str(place)]
    told = _run(monkeypatch, capsys, *asked, "--json", "--plot", str(plot))
    assert told[0] == 0
    answer = json.loads(told[1])
    assert len(answer["ahead_of_static"]) == 2
    assert answer["regret"]["best fixed"] == {"mean": 0, "low": 0, "high": 0}
    assert plot.read_bytes().startswith(b"\x89PNG")
    code, out, err = _run(monkeypatch, capsys, "--evenings", "13", "--catalogue", str(place))
    assert (code, out) == (2, "")
    assert f"films last for {(70 - 6) // COUNT}" in err


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["emoflix-catalog", "simulate", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err
