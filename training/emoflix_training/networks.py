"""The networks, in Keras 3: grey crops with values 0 to 255 in, one logit a label out."""

from typing import Any, Final

from .labels import LABELS, VOTES
from .recipe import Network

CLASSIC_DENSE: Final = 1024
CLASSIC_DROPOUT: Final = 0.25


def build(
    network: Network, crop_px: int, precision: str = "float32", *, fused: bool = False
) -> Any:
    """Build an untrained network that computes in `precision` (a Keras dtype policy).

    With `fused`, for training, batch norm is one kernel where the backend has it (`fused.py`).

    Input float32[n, crop_px, crop_px, 1] with values 0 to 255 (the scaling is the first layer, so
    that it travels with the file), output float32[n, 7] logits in the order of `LABELS`.
    """
    return FAMILIES[network.family](network, crop_px, precision, fused=fused)


def with_votes(network: Any) -> Any:
    """The same network with a second head beside `logits`: FER+'s votes, float32[n, 10] logits.

    Both heads stand on the layer `features`, whose weights they share.
    """
    import keras

    features = network.get_layer("features").output
    votes = keras.layers.Dense(len(VOTES), dtype="float32", name="votes")(features)
    return keras.Model(network.input, {"logits": network.output, "votes": votes})


def _vgg(network: Network, crop_px: int, precision: str, *, fused: bool) -> Any:
    """Simonyan & Zisserman 2014 (https://arxiv.org/abs/1409.1556), with batch norm, no dense layer.

    Plain 3x3 convolutions: at this size they beat depthwise ones per millisecond on int8 engines.
    """
    import keras
    from keras import layers

    from .fused import FusedBatchNormalization

    batch_normalization = FusedBatchNormalization if fused else layers.BatchNormalization
    inputs = keras.Input((crop_px, crop_px, 1), name="crop")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, dtype=precision)(inputs)
    for width, convolutions in zip(network.widths, network.convolutions, strict=True):
        for _ in range(convolutions):
            x = layers.Conv2D(
                width,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer="he_normal",
                dtype=precision,
            )(x)
            x = batch_normalization(dtype=precision)(x)
            x = layers.ReLU(dtype=precision)(x)
        x = layers.MaxPooling2D(dtype=precision)(x)
    x = layers.GlobalAveragePooling2D(dtype=precision, name="features")(x)
    x = layers.Dropout(network.dropout, dtype=precision)(x)
    logits = layers.Dense(len(LABELS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="expression")


def _classic(network: Network, crop_px: int, precision: str, *, fused: bool) -> Any:
    """The design of countless FER2013 tutorials: convolutions, pooling, one wide dense layer.

    No batch norm, so `fused` changes nothing. Drop-out of 25 % after the second and the last
    pooling, and of `network.dropout` before the answer.
    """
    del fused
    import keras
    from keras import layers

    inputs = keras.Input((crop_px, crop_px, 1), name="crop")
    x = layers.Rescaling(1 / 255, dtype=precision)(inputs)
    for stage, (width, convolutions) in enumerate(
        zip(network.widths, network.convolutions, strict=True)
    ):
        for _ in range(convolutions):
            x = layers.Conv2D(width, 3, padding="same", activation="relu", dtype=precision)(x)
        x = layers.MaxPooling2D(dtype=precision)(x)
        if stage in {1, len(network.widths) - 1}:
            x = layers.Dropout(CLASSIC_DROPOUT, dtype=precision)(x)
    x = layers.Flatten(dtype=precision)(x)
    x = layers.Dense(CLASSIC_DENSE, activation="relu", dtype=precision)(x)
    x = layers.Dropout(network.dropout, dtype=precision, name="features")(x)
    logits = layers.Dense(len(LABELS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="expression")


FAMILIES = {"vgg": _vgg, "classic": _classic}
