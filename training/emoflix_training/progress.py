"""A training run as a person sees it: a bar with the time left, and a line an epoch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import train
from .history import Epoch
from .recipe import Recipe


@contextmanager
def training_progress(
    recipe: Recipe,
) -> Iterator[tuple[Callable[[train.Progress], None], Callable[[Epoch], None]]]:
    """Give the two callbacks of `train.train`."""
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

        def on_step(now: train.Progress) -> None:
            bars.update(
                task,
                total=recipe.epochs * now.steps,
                completed=(now.epoch - 1) * now.steps + now.step,
                description=f"epoch {now.epoch}/{recipe.epochs}  loss {now.loss:.3f}",
            )

        def on_epoch(done: Epoch) -> None:
            bars.console.print(
                f"epoch {done.epoch:3d}  loss {done.loss:.3f}  training {done.accuracy:6.2%}  "
                f"validation {done.validation_accuracy:6.2%}  loss {done.validation_loss:.3f}"
            )

        yield on_step, on_epoch


@contextmanager
def spinner(what: str) -> Iterator[Callable[[], None]]:
    """Something that turns while `what` is being done; give the callback that counts a step."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn(what), TextColumn("{task.completed}"), TimeElapsedColumn()
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.advance(task)
