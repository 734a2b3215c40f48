"""A conditional variational autoencoder of faces (Sohn et al. 2015; Kingma & Welling 2013).

The latent says who, the condition says which expression. Three things make so small a network's
faces less blurred and their expressions plain: features of the expression network are compared
beside pixels (https://arxiv.org/abs/1603.08155), a decoded face under *another* condition must be
read as that expression (an auxiliary classifier, https://arxiv.org/abs/1610.09585), and a small
discriminator must take it for a picture (https://arxiv.org/abs/1512.09300).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoflix_training.augment import centre_crop
from emoflix_training.labels import FER_PX, LABELS
from emoflix_training.metrics import log_softmax
from emoflix_training.precision import fastest_precision
from emoflix_training.prepared import Faces

from . import networks
from .networks import EXPRESSIONS

PIXEL_SIGMA: Final = 0.2
"""Spread of the pixels around the decoded face: the weight of pixels against the latent's cost."""
FEATURE_WEIGHT: Final = 150.0
EXPRESSION_WEIGHT: Final = 120.0
REALISM_WEIGHT: Final = 20.0

FRONTAL_SHARE: Final = 0.55
PLAIN_SHARE: Final = 0.7
CONTRAST: Final = 0.22
"""Standard deviation of every face's pixels after its light is equalised, 1 being white."""

HALF: Final = 0.5
BATCH: Final = 64
LEARNING_RATE: Final = 1e-3
DISCRIMINATOR_RATE: Final = 2e-4


@dataclass(frozen=True)
class Losses:
    """Means over an epoch."""

    epoch: int
    pixels: float
    features: float
    latent_nats: float
    expression: float
    realism: float


def choose_faces(faces: Faces, network: Any) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """The training faces a small decoder can learn from: frontal, with a plain expression.

    Args:
        faces: the split `train`.
        network: a float Keras expression network.

    Returns:
        Pictures float32[n, 48, 48, 1] in 0 to 1 with equalised light, and conditions uint8[n].
    """
    positions = [LABELS.index(name) for name in EXPRESSIONS]
    held = faces.take(np.isin(faces.labels, positions))
    lit = equalised(held.images)
    # A face seen from the front looks like its own mirror image.
    symmetry = ((lit - HALF) * (lit - HALF)[:, :, ::-1]).mean(axis=(1, 2))
    frontal = _top_share(symmetry, held.labels, FRONTAL_SHARE)
    held, lit = held.take(frontal), lit[frontal]

    crops = centre_crop(held.images, int(network.input_shape[1]))
    logits = network.predict(crops, batch_size=256, verbose=0)
    plainness = log_softmax(logits)[np.arange(len(held)), held.labels]
    plain = _top_share(plainness, held.labels, PLAIN_SHARE)
    condition = [EXPRESSIONS.index(LABELS[label]) for label in held.labels[plain]]
    return lit[plain][..., None], np.array(condition, np.uint8)


def equalised(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32[n, 48, 48] in 0 to 1, every face with the same mean and contrast."""
    pictures = images.astype(np.float32)
    pictures -= pictures.mean(axis=(1, 2), keepdims=True)
    pictures *= CONTRAST / (pictures.std(axis=(1, 2), keepdims=True) + 1e-6)
    return np.asarray(np.clip(HALF + pictures, 0, 1), np.float32)


def _top_share(
    values: NDArray[np.floating[Any]], labels: NDArray[np.uint8], share: float
) -> NDArray[np.bool_]:
    """The rows with the largest values, the same share of every label."""
    chosen = np.zeros(len(values), bool)
    for label in np.unique(labels):
        here = labels == label
        chosen |= here & (values >= np.quantile(values[here], 1 - share))
    return chosen


def train_decoder(
    pictures: NDArray[np.float32],
    conditions: NDArray[np.uint8],
    network: Any,
    *,
    epochs: int,
    seed: int,
    on_step: Callable[[int, int, int], None] = lambda *_: None,
    on_epoch: Callable[[Losses], None] = lambda _: None,
) -> Any:
    """Train and return the decoder: (latent[n, 48], condition[n, 4]) -> picture[n, 48, 48, 1]."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    steps = max(1, len(pictures) // BATCH)
    trainer = _Trainer(network, epochs * steps)
    step = tf.function(trainer.step)
    generator = np.random.default_rng(seed)
    one_hot = np.eye(len(EXPRESSIONS), dtype=np.float32)
    for epoch in range(1, epochs + 1):
        order = generator.permutation(len(pictures))
        # The discriminator needs something face-like to begin with.
        realism = tf.constant(min(1.0, max(0.0, 2.0 * epoch / epochs - 0.3)), tf.float32)
        sums = np.zeros(len(fields(Losses)) - 1)
        for i in range(steps):
            rows = order[i * BATCH : (i + 1) * BATCH]
            mirrored = (generator.random(len(rows)) < HALF)[:, None, None, None]
            x = np.where(mirrored, pictures[rows][:, :, ::-1], pictures[rows])
            other = one_hot[generator.integers(0, len(EXPRESSIONS), len(rows))]
            sums += step(x, one_hot[conditions[rows]], other, realism).numpy()
            on_step(epoch, i + 1, steps)
        on_epoch(Losses(epoch, *(float(mean) for mean in sums / steps)))
    return trainer.decoder


class _Trainer:
    """The networks, their optimizers, and one step of them."""

    def __init__(self, network: Any, steps: int) -> None:
        import keras

        precision = fastest_precision()
        self._encoder = networks.encoder(precision)
        self.decoder = networks.decoder(precision)
        self._discriminator = networks.discriminator()
        self._features, self._answers = _critics(network)
        self._crop_px = int(network.input_shape[1])
        rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps, alpha=0.05)
        self._optimizer = keras.optimizers.Adam(rate, beta_1=0.8)
        self._discriminator_optimizer = keras.optimizers.Adam(DISCRIMINATOR_RATE, beta_1=0.5)

    def step(self, x: Any, condition: Any, other: Any, realism: Any) -> Any:
        """Learn from pictures `x` under their `condition`, and under `other` ones.

        Returns:
            The losses of `Losses`, in its order.
        """
        import tensorflow as tf

        with tf.GradientTape() as tape, tf.GradientTape() as judging:
            mean, log_variance = tf.split(self._encoder([x, condition], training=True), 2, axis=1)
            z = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
            own = self.decoder([z, condition], training=True)
            # Half the invented ones are strangers from the prior, which is where scenes come from.
            stranger = tf.random.uniform([tf.shape(x)[0], 1]) < HALF
            who = tf.where(stranger, tf.random.normal(tf.shape(mean)), z)
            invented = self.decoder([who, other], training=True)

            pixels = tf.reduce_mean(tf.reduce_sum((x - own) ** 2, axis=(1, 2, 3)))
            features = self._feature_distance(x, own)
            latent = 0.5 * tf.reduce_mean(
                tf.reduce_sum(mean**2 + tf.exp(log_variance) - log_variance - 1, axis=1)
            )
            expression = self._misread(invented, other)
            real = self._discriminator([x, condition], training=True)
            fake = self._discriminator([invented, other], training=True)
            judged = tf.reduce_mean(fake)
            loss = (
                pixels / (2 * PIXEL_SIGMA**2)
                + FEATURE_WEIGHT * features
                + latent
                + EXPRESSION_WEIGHT * expression
                - realism * REALISM_WEIGHT * judged
            )
            hinge = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))

        weights = self._encoder.trainable_variables + self.decoder.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        weights = self._discriminator.trainable_variables
        self._discriminator_optimizer.apply_gradients(
            zip(judging.gradient(hinge, weights), weights, strict=True)
        )
        return tf.stack([pixels, features, latent, expression, judged])

    def _feature_distance(self, x: Any, own: Any) -> Any:
        import tensorflow as tf

        # Together, so that both are cut at the same place.
        both = _cut(tf.concat([x, own], axis=-1), self._crop_px)
        real = self._features(both[..., :1], training=False)
        decoded = self._features(both[..., 1:], training=False)
        return tf.add_n([tf.reduce_mean(tf.abs(a - b)) for a, b in zip(real, decoded, strict=True)])

    def _misread(self, invented: Any, other: Any) -> Any:
        import tensorflow as tf

        answers = self._answers(_cut(invented, self._crop_px), training=False)
        wanted = tf.gather(answers, [LABELS.index(name) for name in EXPRESSIONS], axis=1)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(other, wanted))


def _critics(network: Any) -> tuple[Any, Any]:
    """The frozen expression network twice: its features after the first two pools, its logits."""
    import keras

    frozen = keras.models.clone_model(network, clone_function=_in_fastest_precision)
    frozen.set_weights(network.get_weights())
    frozen.trainable = False
    pools = [layer.output for layer in frozen.layers if "pooling2d" in layer.name][:2]
    as_float = [keras.layers.Activation("linear", dtype="float32")(pool) for pool in pools]
    return keras.Model(frozen.input, as_float), frozen


def _in_fastest_precision(layer: Any) -> Any:
    config = layer.get_config()
    if layer.name not in ("crop", "logits"):
        config["dtype"] = fastest_precision()
    return layer.__class__.from_config(config)


def _cut(pictures: Any, side: int) -> Any:
    """A crop of the expression network's size, anywhere, with its range of values."""
    import tensorflow as tf

    offset = tf.random.uniform([2], 0, FER_PX - side + 1, tf.int32)
    return 255 * pictures[:, offset[0] : offset[0] + side, offset[1] : offset[1] + side]
