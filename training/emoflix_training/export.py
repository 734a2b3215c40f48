"""From a trained network to the device's pair of files, checked before they are put in place."""

import contextlib
import io
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from .augment import centre_crop
from .backend import require_tensorflow
from .card import make_card, score_entry
from .classifiers import (
    ENGINES,
    KerasClassifier,
    Tensor,
    TfliteClassifier,
    available_engines,
    raw_logits_apart,
)
from .errors import ModelFileError, RunError
from .evaluate import Evaluation, evaluate
from .files import replacing
from .metrics import fit_temperature, prior_of
from .prepared import Faces
from .recipe import Recipe, read_recipe
from .run_folder import history_of, refuse_other_faces

CALIBRATION_CROPS: Final = 200
COMPARED_CROPS: Final = 200
LOGIT_STEP: Final = 1 / 16
"""One step of the int8 output: logits from -8 to 7.94. The converter's own choice, about half of
it, is finer than what the engines' roundings along the way differ by."""


@dataclass(frozen=True)
class Exported:
    """What `export` did; the evaluations are paired, float and int8, in the order of the splits.

    Of the run's `planned_epochs` `epochs` were finished; the network is that of `best_epoch`.
    """

    network: Path
    card: Path
    size_bytes: int
    partitions: int
    engines: list[str]
    largest_difference: int
    best_epoch: int
    epochs: int
    planned_epochs: int
    temperature: float
    evaluations: list[tuple[Evaluation, Evaluation]]


def export(
    run: Path, faces: Faces, network: Path, *, score: list[str], seeds: Sequence[Path] = ()
) -> Exported:
    """Quantise a run's network to int8 and write it beside its card.

    Args:
        run: a run's folder.
        faces: prepared data: `train` calibrates, `validation` fits the temperature.
        network: the .tflite to write; the card goes beside it with the ending .json.
        score: splits to measure for the card, besides `validation`.
        seeds: runs of the same recipe with other seeds, whose scores stand in the card too.

    Raises:
        RunError: a folder holds no trained network, or one of another recipe, of the same seed or
            of other faces.
        TrainingError: Keras runs on another backend than TensorFlow.
        ModelFileError: the file is not what the device runs; nothing is written then.
    """
    require_tensorflow("export")
    splits = ["validation", *score]
    recipe, history = _recipe_of(run), history_of(run)
    if not history:
        raise RunError(f"{run}: no history.csv; name the folder that its network was trained in")
    refuse_other_faces(run, faces)
    for other in seeds:
        refuse_other_faces(other, faces)
        if _recipe_of(other).seed == recipe.seed:
            raise RunError(f"{other}: its seed is that of {run}; give runs with other seeds")
        if msgspec.structs.replace(_recipe_of(other), seed=recipe.seed) != recipe:
            raise RunError(f"{other}: its recipe differs from {run}'s in more than the seed")
    candidate = _quantised(run, faces, splits)
    # Of the file that ships, not of its siblings: they are only scored.
    engines, difference = _compared(candidate.content, network.name, faces.of("train"))
    siblings = [(_recipe_of(other).seed, _quantised(other, faces, splits)) for other in seeds]
    card = make_card(
        network=candidate.content,
        source=candidate.source,
        answer=candidate.answer,
        temperature=candidate.temperature,
        prior=candidate.prior,
        scores=[
            score_entry(name, seed, evaluation)
            for seed, one in ((recipe.seed, candidate), *siblings)
            for pair in one.evaluations
            for name, evaluation in zip(("float", "int8"), pair, strict=True)
        ],
        faces=faces,
        recipe=recipe,
    )
    card_path = network.with_suffix(".json")
    with replacing(network) as new_network, replacing(card_path) as new_card:
        new_network.write_bytes(candidate.content)
        new_card.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    return Exported(
        network=network,
        card=card_path,
        size_bytes=len(candidate.content),
        partitions=1,
        engines=engines,
        largest_difference=difference,
        best_epoch=max(history, key=lambda epoch: epoch.validation_accuracy).epoch,
        epochs=len(history),
        planned_epochs=recipe.epochs,
        temperature=candidate.temperature,
        evaluations=candidate.evaluations,
    )


@dataclass(frozen=True)
class _Quantised:
    """A run's network in int8, scored beside the float one."""

    content: bytes
    source: Tensor
    answer: Tensor
    temperature: float
    prior: list[float]
    evaluations: list[tuple[Evaluation, Evaluation]]


def _quantised(run: Path, faces: Faces, splits: Sequence[str]) -> _Quantised:
    floating = KerasClassifier(run / "model.keras")
    content = quantise(floating.model, faces.of("train"))
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "expression.tflite"
        draft.write_bytes(content)
        quantised = TfliteClassifier(draft)
        if quantised.partitions != 1:
            raise ModelFileError(
                f"{run}: the delegate cuts the network into {quantised.partitions} pieces, "
                "1 is wanted; leave out the operation it does not know"
            )
        validation = faces.of("validation")
        logits = quantised.logits(validation.images)
        temperature = fit_temperature(logits, validation.labels)
        evaluations = []
        for split in splits:
            held = faces.of(split)
            evaluations.append(
                (
                    evaluate(split, held, floating.logits(held.images)),
                    evaluate(split, held, quantised.logits(held.images), temperature),
                )
            )
    return _Quantised(
        content=content,
        source=quantised.input,
        answer=quantised.output,
        temperature=temperature,
        prior=prior_of(logits, temperature),
        evaluations=evaluations,
    )


def _compared(content: bytes, name: str, training: Faces) -> tuple[list[str], int]:
    """What `compare_engines` says of a file that is not in its place yet."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / name
        draft.write_bytes(content)
        return compare_engines(draft, training.images[:COMPARED_CROPS])


def _recipe_of(run: Path) -> Recipe:
    if not (run / "model.keras").is_file():
        raise RunError(f"{run}: no model.keras; train there first")
    return read_recipe(run / "recipe.yaml")


def quantise(model: Any, training: Faces) -> bytes:
    """Convert to int8 in, int8 out, for one crop at a time; calibrated on training crops only."""
    import keras
    import tensorflow as tf

    side = int(model.input_shape[1])
    rows = np.random.default_rng(0).permutation(len(training))[:CALIBRATION_CROPS]
    crops = centre_crop(training.images[rows], side)

    one = keras.Input(batch_shape=(1, side, side, 1), name="crop")
    single = keras.Model(one, _with_exact_scaling(model)(one, training=False))
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([crop[None]] for crop in crops)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # It prints every tensor of the graph, and warns that it was given a calibration instead
        # of the statistics of an older way.
        warnings.simplefilter("ignore")
        content = converter.convert()
    return _with_logit_step(content)


def _with_logit_step(content: bytes) -> bytes:
    """The same file with the output's steps set to `LOGIT_STEP`; the engines rescale by it."""
    from tensorflow.lite.tools import flatbuffer_utils

    network = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    graph = network.subgraphs[0]
    quantisation = graph.tensors[graph.outputs[0]].quantization
    quantisation.scale, quantisation.zeroPoint = [LOGIT_STEP], [0]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(network))


def _with_exact_scaling(model: Any) -> Any:
    """The same network with its pixel scaling as a 1x1 convolution.

    As a multiplication and an addition, each with its own int8 rounding, the scaling alone came
    out one step apart on the two engines for 40 % of the pixels; as a convolution it is exact.
    """
    import keras

    def replace(layer: Any) -> Any:
        if not isinstance(layer, keras.layers.Rescaling):
            return layer.__class__.from_config(layer.get_config())
        return keras.layers.Conv2D(
            1,
            1,
            kernel_initializer=keras.initializers.Constant(layer.scale),
            bias_initializer=keras.initializers.Constant(layer.offset),
            name=layer.name,
        )

    exact = keras.models.clone_model(model, clone_function=replace)
    scaling = {layer.name for layer in model.layers if isinstance(layer, keras.layers.Rescaling)}
    for layer in model.layers:
        if layer.name not in scaling:
            exact.get_layer(layer.name).set_weights(layer.get_weights())
    return exact


def compare_engines(network: Path, images: NDArray[np.uint8]) -> tuple[list[str], int]:
    """Run the file on every installed engine; they may differ by one step of the output.

    Returns:
        The engines' names, and the largest difference seen, in steps.

    Raises:
        ModelFileError: an engine refuses the file, or they differ by more.
    """
    engines = available_engines()
    if "litert" not in engines:
        raise ModelFileError(f"{network.name}: {ENGINES['litert']} is not installed to check it")
    answers = [raw_logits_apart(network, engine, images).astype(int) for engine in engines]
    difference = max(int(np.abs(other - answers[0]).max()) for other in answers)
    if difference > 1:
        raise ModelFileError(
            f"{network.name}: {' and '.join(engines)} differ by {difference} steps of the output"
        )
    return engines, difference
