"""Writes small TFLite files into a folder: `python tiny_models.py FOLDER`.

A process of its own, so that TensorFlow, slow to import and at odds with tflite-runtime, stays out
of the tests'.
"""

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

SEED = 20250301


def network(size_px: int, channels: int, outputs: int) -> Any:
    keras.utils.set_random_seed(SEED)
    return keras.Sequential(
        [
            keras.Input((size_px, size_px, channels)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(8, 5, strides=3, activation="relu"),
            keras.layers.MaxPooling2D(3),
            keras.layers.Flatten(),
            keras.layers.Dense(outputs, kernel_initializer=keras.initializers.RandomNormal(0, 1)),
        ]
    )


def convert(model: Any, crops: Any, input_type: Any, output_type: Any) -> bytes:
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if input_type != tf.float32:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([crop[None]] for crop in crops)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = input_type
        converter.inference_output_type = output_type
    converted: bytes = converter.convert()
    return converted


def main(folder: Path) -> None:
    rng = np.random.default_rng(SEED)
    crops = rng.integers(0, 256, (64, 44, 44, 1)).astype(np.float32)
    # The first and last show the whole range, so that one step of the input is one grey level.
    crops[0], crops[-1] = 0, 255
    model = network(44, 1, 7)
    np.savez(
        folder / "reference.npz", crops=crops[..., 0].astype(np.uint8), logits=model.predict(crops)
    )
    colour = rng.integers(0, 256, (8, 32, 32, 3)).astype(np.float32)
    for name, data in {
        "uint8": convert(model, crops, tf.uint8, tf.int8),
        "int8": convert(model, crops, tf.int8, tf.int8),
        "float": convert(model, crops, tf.float32, tf.float32),
        "foreign": convert(network(32, 3, 10), colour, tf.uint8, tf.uint8),
    }.items():
        (folder / f"{name}.tflite").write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
