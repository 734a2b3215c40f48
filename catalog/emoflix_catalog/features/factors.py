"""Implicit-feedback factors: viewers and films as a few numbers each, whose products are likes.

Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", 2008: where viewer
u liked film i, p_ui = 1 with the confidence c_ui = CONFIDENCE, elsewhere p_ui = 0 and c_ui = 1,

    min over x, y of  sum_ui c_ui (p_ui - x_u'y_i)^2 + L2 (sum_u |x_u|^2 + sum_i |y_i|^2).

A viewer whom the fit did not see is folded in with the films held still (`fold_in`).
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_catalog.errors import CatalogueError

DIMENSIONS: Final = 64
CONFIDENCE: Final = 4.0
"""Of a like, against 1 of what is not known; chosen in docs/evaluation.md."""
L2: Final = 30.0
SPARK_L2: Final = 0.3
"""Of a row, for each of its likes; chosen on held-out likes of MovieLens' latest-small."""
ROUNDS: Final = 15
_SEED: Final = 0
_MOST_WEIGHT: Final = 127


class Factors(NamedTuple):
    """m films as int8 rows, each with a scale, and what folding a viewer in needs."""

    rows: NDArray[np.int8]
    """int8[m, DIMENSIONS]"""
    scale: NDArray[np.float32]
    """float32[m]"""
    gram: NDArray[np.float32]
    """float32[DIMENSIONS, DIMENSIONS]: Y'Y of the rows."""

    @classmethod
    def of(cls, films: NDArray[np.float32]) -> "Factors":
        """Round float32[m, DIMENSIONS] to int8."""
        largest = np.abs(films).max(axis=1, initial=0) / _MOST_WEIGHT
        scale = np.where(largest > 0, largest, 1).astype(np.float32)
        rows = np.rint(films / scale[:, None]).astype(np.int8)
        kept = rows * scale[:, None]
        return cls(rows, scale, (kept.T @ kept).astype(np.float32))

    def scores(self, liked: NDArray[np.int64]) -> NDArray[np.float32]:
        """What somebody who likes `liked` would make of every film, float32[m]."""
        found: NDArray[np.float32] = (self.rows @ self.fold_in(liked)) * self.scale
        return found

    def fold_in(self, liked: NDArray[np.int64]) -> NDArray[np.float32]:
        """The viewer: (Y'Y + (c - 1) Y_S'Y_S + L2 I)^-1 c Y_S'1 over the films S liked."""
        rows = self.rows[liked] * self.scale[liked, None]
        matrix = self.gram + (CONFIDENCE - 1) * rows.T @ rows + L2 * np.eye(rows.shape[1])
        return np.linalg.solve(matrix, CONFIDENCE * rows.sum(axis=0)).astype(np.float32)


def by_implicit(likes: Any) -> NDArray[np.float32]:
    """Fit with the library implicit, float32[films, DIMENSIONS].

    Args:
        likes: Sparse [viewers, films] of 0 and 1, as scipy.sparse has it.

    Raises:
        CatalogueError: implicit is not installed.
    """
    # It warns where BLAS has threads of its own, which would only fight with implicit's.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise CatalogueError(
            f"factors need {error.name}: install it by pip install emoflix[catalog]"
        ) from error
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=DIMENSIONS,
            regularization=L2,
            alpha=CONFIDENCE,
            iterations=ROUNDS,
            random_state=_SEED,
        )
        model.fit(likes.tocsr().astype(np.float32), show_progress=False)
    return np.asarray(model.item_factors, np.float32)


def by_spark(likes: Any) -> NDArray[np.float32]:
    """Fit with Apache Spark's ALS on all cores of this machine, float32[films, DIMENSIONS].

    Spark's confidence is 1 + alpha, and its regularisation grows with the likes of a row (Zhou and
    others, "Large-scale parallel collaborative filtering for the Netflix prize", 2008), so that it
    wants a number of its own.

    Raises:
        CatalogueError: pyspark or Java is not installed, or Spark failed.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.ml.recommendation import ALS
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise CatalogueError(
            "--engine spark needs pyspark: install it by pip install emoflix[spark]"
        ) from error
    # Nothing but this machine is spoken to, and no page of Spark's is served.
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("emoflix factors").master("local[*]")
    for key, value in _SPARK.items():
        builder = builder.config(key, value)
    viewers, films = likes.nonzero()
    with contextlib.ExitStack() as stack:
        try:
            spark = builder.getOrCreate()
            stack.callback(spark.stop)
            context = spark.sparkContext
            context.setLogLevel("ERROR")
            folder = Path(stack.enter_context(TemporaryDirectory()))
            # ALS writes each tenth round down and forgets what led to it: its plan stays small.
            context.setCheckpointDir(str(folder / "rounds"))
            table = folder / "likes.csv"
            np.savetxt(table, np.column_stack([viewers, films]), "%d", ",")
            frame = spark.read.csv(str(table), "viewer INT, film INT").selectExpr(
                "viewer", "film", "1.0 AS liked"
            )
            model = ALS(
                rank=DIMENSIONS,
                maxIter=ROUNDS,
                regParam=SPARK_L2,
                alpha=CONFIDENCE - 1,
                implicitPrefs=True,
                seed=_SEED,
                userCol="viewer",
                itemCol="film",
                ratingCol="liked",
                # A block more than there are cores only costs another task a round.
                numUserBlocks=context.defaultParallelism,
                numItemBlocks=context.defaultParallelism,
            ).fit(frame)
            found = model.itemFactors.collect()
        except (PySparkException, OSError, RuntimeError) as error:
            why = str(error).strip().partition("\n")[0]
            raise CatalogueError(
                f"--engine spark: Spark failed ({why}): it needs Java 17 or later"
            ) from error
    factors = np.zeros((likes.shape[1], DIMENSIONS), np.float32)
    for row in found:
        factors[row["id"]] = row["features"]
    return factors


_SPARK: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.host": "127.0.0.1",
}
ENGINES: Final[dict[str, Callable[[Any], NDArray[np.float32]]]] = {
    "implicit": by_implicit,
    "spark": by_spark,
}
