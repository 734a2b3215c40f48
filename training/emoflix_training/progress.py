"""A training run as a person sees it: a bar with the time left, and a line an epoch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from . import train
from .history import Epoch
from .recipe import Recipe


@contextmanager
def folds_progress(
    recipe: Recipe, folds: int
) -> Iterator[tuple[Callable[[int, train.Progress], None], Callable[[int, Epoch], None]]]:
    """Give the two callbacks of `crossval.cross_validate`."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        # Over many steps: an epoch's end, with its validation, would make a short view jump.
        TimeRemainingColumn(),
        speed_estimate_period=300,
    ) as bars:
        task = bars.add_task("starting", total=None)

        def of_fold(fold: int) -> str:
            return f"fold {fold}/{folds}  " if folds > 1 else ""

        def on_step(fold: int, now: train.Progress) -> None:
            epochs_before = (fold - 1) * recipe.epochs + now.epoch - 1
            epoch = f"{of_fold(fold)}epoch {now.epoch}/{recipe.epochs}"
            bars.update(
                task,
                total=folds * recipe.epochs * now.steps,
                completed=epochs_before * now.steps + now.step,
                description=f"{epoch}  loss {now.loss:.3f}",
            )

        def on_epoch(fold: int, done: Epoch) -> None:
            bars.console.print(
                f"{of_fold(fold)}epoch {done.epoch:3d}  loss {done.loss:.3f}  "
                f"training {done.accuracy:6.2%}  validation {done.validation_accuracy:6.2%}  "
                f"loss {done.validation_loss:.3f}"
            )

        yield on_step, on_epoch


@contextmanager
def training_progress(
    recipe: Recipe,
) -> Iterator[tuple[Callable[[train.Progress], None], Callable[[Epoch], None]]]:
    """Give the two callbacks of `train.train`."""
    with folds_progress(recipe, folds=1) as (on_step, on_epoch):
        yield partial(on_step, 1), partial(on_epoch, 1)


@contextmanager
def spinner(what: str) -> Iterator[Callable[[], None]]:
    """Something that turns while `what` is being done; give the callback that counts a step."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn(what), TextColumn("{task.completed}"), TimeElapsedColumn()
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.advance(task)
