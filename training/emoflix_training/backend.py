"""Keras runs on TensorFlow, PyTorch or JAX (`KERAS_BACKEND`); some of our work needs the first."""

from .errors import TrainingError


def require_tensorflow(command: str) -> None:
    """Raise TrainingError where Keras runs on something else."""
    import keras

    backend = keras.config.backend()
    if backend != "tensorflow":
        raise TrainingError(
            f"{command} needs Keras on TensorFlow, not on {backend}: set KERAS_BACKEND=tensorflow;"
            " networks trained on another backend can be read there"
        )
