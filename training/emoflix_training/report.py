"""The reports: what `prepare` found, and what a network is worth, each as one page to look at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from . import page, plots
from .card import read_card
from .errors import RunError
from .evaluate import Evaluation, Hardship
from .fer2013 import Rows
from .labels import LABELS
from .measure import Findings, measure
from .metrics import Score
from .prepare import Counts
from .prepared import Faces


def data_report(path: Path, rows: Rows, faces: Faces, counts: Counts) -> None:
    """Write what `prepare` found in the rows and made of them."""
    near = counts.near_examples
    page.write_page(
        path,
        "The faces: what was found and kept",
        [
            page.row(
                page.table("Found in the source", ("found", "count"), counts.found()),
                page.table("Dropped from Training", ("dropped", "count"), counts.dropped()),
            ),
            page.table("Written", ("split", *LABELS, "all", "distinct"), counts.written()),
            page.heading("Classes"),
            *(
                page.picture(plots.distribution(per_label, split), f"Labels of {split}")
                for split, per_label in counts.splits.items()
                if sum(per_label)
            ),
            page.picture(
                plots.samples(faces.images, faces.labels), "Examples of each label, drawn at random"
            ),
            page.heading("Near copies"),
            page.picture(
                plots.pairs(rows.images[near[:, 0]], rows.images[near[:, 1]]),
                "Pairs that differ in their pixels and show one photograph",
            )
            if len(near)
            else page.paragraph("None were found."),
        ],
    )


def network_report(path: Path, found: Findings, run: Path | None = None) -> None:
    """Write everything measured of a network.

    Args:
        path: the page.
        found: from `measure`.
        run: the folder of the run it came from: adds its learning curves and recipe, and the
            network before quantisation on the same faces.
    """
    evaluation = found.evaluation
    rows = [("this network", *_scores(evaluation))]
    before = [] if run is None else _before_quantisation(found, run)
    rows += [("before quantisation", *_scores(one.evaluation)) for one in before]
    parts = [
        page.table(
            f"{found.network.name} on {evaluation.split}",
            ("network", "accuracy, %", "distinct images, %", "macro F1", "ECE", "ECE, scaled"),
            rows,
        ),
        page.paragraph(
            "Accuracy with its 95 % interval (Wilson). Distinct leaves out faces of which a copy "
            "or near copy stood in Training as published. ECE is the expected calibration error "
            f"over 15 bins, before and after the temperature {evaluation.temperature:.2f}."
        ),
        page.row(
            page.table(
                "Each expression",
                ("expression", "faces", "precision", "recall", "F1"),
                [
                    (one.label, one.count, *map("{:.3f}".format, one.ratios))
                    for one in evaluation.per_label
                ],
            ),
            page.picture(plots.confusion(evaluation.confusion), "Confusion"),
        ),
        page.heading("How far it can be believed"),
        page.row(
            page.picture(
                plots.reliability(found.logits, found.faces.labels, evaluation.temperature),
                "Accuracy against confidence",
            ),
            page.picture(
                plots.coverage(found.logits, found.faces.labels),
                "If it may keep silent when unsure",
            ),
            page.table(
                "The surest answers",
                ("answered", "accuracy, %"),
                [(share, f"{100 * a:.1f}") for share, a in evaluation.accuracy_at_coverage.items()],
            ),
        ),
        page.heading("Hardships"),
        page.picture(
            plots.robustness(found.hardships, evaluation.full.accuracy),
            "Accuracy under each hardship at three strengths",
        ),
        page.table(
            f"Accuracy, %, of {evaluation.full.count} faces",
            HARDSHIP_COLUMNS,
            endured(found.hardships),
        ),
        page.paragraph(
            "FER2013 has no record of skin or glasses. Tones by gamma and drawn rims stand in for "
            "them, and measure no real group."
        ),
    ]
    compared = [one for one in (found, *before) if one.comparison is not None]
    if compared:
        parts += [page.heading("Compared"), *(page.paragraph(in_words(one)) for one in compared)]
    if run is not None:
        parts += [
            page.heading("Training"),
            page.picture((run / "curves.png").read_bytes(), "Learning curves"),
            page.code((run / "recipe.yaml").read_text(encoding="utf-8")),
        ]
    card = found.network.with_suffix(".json")
    if card.is_file():
        content = yaml.safe_dump(read_card(card), sort_keys=False, allow_unicode=True)
        parts += [page.heading("Model card"), page.code(content)]
    page.write_page(path, f"{found.network.stem}: what it is worth", parts)


def _before_quantisation(found: Findings, run: Path) -> list[Findings]:
    """The float network of the run, compared with the one measured; none if that is it."""
    for name in ("model.keras", "curves.png", "recipe.yaml"):
        if not (run / name).is_file():
            raise RunError(f"{run}: no {name}; name the folder of the network's run")
    floating = run / "model.keras"
    if floating.samefile(found.network):
        return []
    name = found.evaluation.split
    return [measure(floating, name, found.faces, against=found.network)]


def percent(score: Score) -> str:
    low, high = (100 * bound for bound in score.interval)
    return f"{100 * score.accuracy:.2f} ({low:.1f} to {high:.1f}) of {score.count}"


HARDSHIP_COLUMNS: Final = ("hardship", "mild", "middle", "hard")


def endured(hardships: Sequence[Hardship]) -> list[tuple[str, ...]]:
    """The rows of the table of hardships: the accuracy at each strength, in %."""
    rows: dict[str, list[str]] = {}
    for one in hardships:
        said = f"{100 * one.score.accuracy:.1f}, {one.strength}"
        rows.setdefault(one.hardship, []).append(said)
    return [(name, *accuracies) for name, accuracies in rows.items()]


def in_words(found: Findings) -> str:
    """How the network fares against the one that it was compared with."""
    if (other := found.comparison) is None:
        return ""
    one, two, test = found.name, other.network, other.mcnemar
    return (
        f"{one} against {two}, which is right on {percent(other.score)}: {one} alone is right on "
        f"{test.first_only} faces, {two} alone on {test.second_only}; McNemar's exact test: "
        f"p = {test.p_value:.3g}."
    )


def _scores(evaluation: Evaluation) -> Sequence[str]:
    return (
        percent(evaluation.full),
        percent(evaluation.distinct),
        f"{evaluation.macro_f1:.3f}",
        f"{evaluation.calibration_error_raw:.3f}",
        f"{evaluation.calibration_error:.3f}",
    )
