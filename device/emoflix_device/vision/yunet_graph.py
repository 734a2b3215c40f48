"""YuNet as a TFLite graph, built from the weights in its ONNX file.

OpenCV runs the file as it is, and takes two and a half times as long as LiteRT for the same
numbers. So OpenCV only reads its weights, and its layers, all of the plainest kinds, are written
down anew. Three things are done otherwise than in the file, to the same effect:

- it takes grey: the first layer's kernels for blue, green and red are added up;
- the four heads of a level share their input, and run side by side as one;
- a smaller level is added to a larger one by broadcasting, which keeps the whole graph in one
  delegate: enlarging it first would not.

A unit of YuNet is a convolution of 1x1 and a depthwise one of 3x3; its number is the first one's in
the file.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK_PX: Final = 32
"""Both sides of the picture are multiples of the deepest level's stride."""
STRIDES_PX: Final = (8, 16, 32)
"""Of the three levels at which faces are looked for."""

_STEM: Final = 0
_UNITS: Final = (2, 6, 9, 12, 15, 19, 22, 26, 29, 33, 36, 39, 45, 51, 54, 57, 60)
_HEADS: Final = ((63, 75, 69, 81), (65, 77, 71, 83), (67, 79, 73, 85))
"""By level: is it a face (1), how well the box fits (1), box (4), landmarks (10)."""

Kernels = NDArray[np.float32]
Weights = dict[int, tuple[Kernels, NDArray[np.float32]]]
"""By a convolution's number: float32[out, in, height, width], and float32[out] to be added."""


def read_weights(model: Path) -> Weights:
    """The weights of YuNet's convolutions.

    Raises:
        cv2.error: the file is not YuNet's.
    """
    network = cv2.dnn.readNetFromONNX(str(model))
    firsts = (*_UNITS, *(number for level in _HEADS for number in level))
    numbers = [_STEM, *(number for first in firsts for number in (first, first + 1))]
    weights = {}
    for number in numbers:
        kernels, added = (network.getParam(f"onnx_node!Conv_{number}", at) for at in (0, 1))
        weights[number] = (kernels, added.ravel())
    return weights


def yunet_graph(weights: Weights, width_px: int, height_px: int) -> bytes:
    """The file of a TFLite network for grey pictures of this size, multiples of `BLOCK_PX`.

    It takes float32[1, height + 1, width + 1, 1], 0 to 255, with a black row above and column at
    the left, which its first layer wants there. It gives for each level float32[1, h, w, 16], the
    heads' numbers in the order of `_HEADS`, the first two as logits.
    """
    graph = _Graph(weights)
    taken = graph.tensor((1, height_px + 1, width_px + 1, 1))
    x = graph.unit(graph.stem(taken), 2)
    x = graph.unit(graph.halved(x), 6)
    for number in (9, 12, 15):
        x = graph.unit(x, number)
    large = graph.unit(graph.unit(graph.halved(x), 19), 22)
    middle = graph.unit(graph.unit(graph.halved(large), 26), 29)
    small = graph.unit(graph.unit(graph.halved(middle), 33), 36)
    small = graph.unit(small, 39)
    middle = graph.unit(graph.added(middle, small), 45)
    large = graph.unit(graph.added(large, middle), 51)
    levels = ((large, 54), (middle, 57), (small, 60))
    given = [
        graph.unit(graph.unit(level, number), *heads, rectified=False)
        for (level, number), heads in zip(levels, _HEADS, strict=True)
    ]
    return graph.packed([taken], given)


class _Graph:
    """What is put together; tensors are meant by their numbers."""

    def __init__(self, weights: Weights) -> None:
        from ai_edge_litert import schema_py_generated

        self._schema = schema_py_generated
        self._weights = weights
        self._tensors: list[Any] = []
        self._buffers = [schema_py_generated.BufferT()]  # the first one is the empty one
        self._operators: list[Any] = []
        self._codes: list[int] = []

    def stem(self, grey: int) -> int:
        """The first layer, which takes three channels that are all the same here."""
        kernels, added = self._weights[_STEM]
        kernels = kernels.sum(axis=1, keepdims=True)
        return self._convolved(grey, kernels, added, stride=2, rectified=True)

    def unit(self, x: int, *numbers: int, rectified: bool = True) -> int:
        """The unit of this number, or several side by side."""
        x = self._convolved(x, *self._side_by_side(numbers))
        kernels, added = self._side_by_side([number + 1 for number in numbers])
        options = self._windowed(self._schema.DepthwiseConv2DOptionsT(), rectified=rectified)
        options.depthMultiplier = 1
        constants = [self._constant(kernels.transpose(1, 2, 3, 0)), self._constant(added)]
        return self._operator("DEPTHWISE_CONV_2D", [x, *constants], self._shape(x), options)

    def halved(self, x: int) -> int:
        """The largest of every 2x2."""
        _, height, width, channels = self._shape(x)
        options = self._windowed(self._schema.Pool2DOptionsT(), stride=2)
        options.filterHeight = options.filterWidth = 2
        return self._operator("MAX_POOL_2D", [x], (1, height // 2, width // 2, channels), options)

    def added(self, large: int, small: int) -> int:
        """Each of the smaller level's cells added to the larger one's four."""
        whole = self._shape(large)
        _, height, width, channels = self._shape(small)
        fours = self._reshaped(large, (height, 2, width, 2, channels))
        ones = self._reshaped(small, (height, 1, width, 1, channels))
        options = self._schema.AddOptionsT()
        return self._reshaped(
            self._operator("ADD", [fours, ones], self._shape(fours), options), whole
        )

    def tensor(self, shape: Sequence[int], values: NDArray[Any] | None = None) -> int:
        """A new one, float32 unless there are values of another kind."""
        schema = self._schema
        tensor = schema.TensorT()
        tensor.shape = list(shape)
        tensor.type = schema.TensorType.FLOAT32
        tensor.buffer = 0
        if values is not None:
            if values.dtype == np.int32:
                tensor.type = schema.TensorType.INT32
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            tensor.buffer = len(self._buffers)
            self._buffers.append(buffer)
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def packed(self, taken: list[int], given: list[int]) -> bytes:
        """The file."""
        import flatbuffers

        schema = self._schema
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self._tensors, self._operators
        graph.inputs, graph.outputs = taken, given
        model = schema.ModelT()
        model.version = 3
        model.subgraphs, model.buffers, model.operatorCodes = [graph], self._buffers, []
        for number in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = number
            code.version = 1
            model.operatorCodes.append(code)
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _shape(self, x: int) -> tuple[int, ...]:
        return tuple(self._tensors[x].shape)

    def _constant(self, values: NDArray[Any]) -> int:
        return self.tensor(values.shape, values)

    def _side_by_side(self, numbers: Sequence[int]) -> tuple[Kernels, NDArray[np.float32]]:
        kernels, added = zip(*(self._weights[number] for number in numbers), strict=True)
        return np.concatenate(kernels), np.concatenate(added)

    def _convolved(
        self,
        x: int,
        kernels: Kernels,
        added: NDArray[np.float32],
        *,
        stride: int = 1,
        rectified: bool = False,
    ) -> int:
        _, height, width, _ = self._shape(x)
        shape = (1, height // stride, width // stride, len(added))
        options = self._windowed(self._schema.Conv2DOptionsT(), stride=stride, rectified=rectified)
        constants = [self._constant(kernels.transpose(0, 2, 3, 1)), self._constant(added)]
        return self._operator("CONV_2D", [x, *constants], shape, options)

    def _reshaped(self, x: int, shape: Sequence[int]) -> int:
        options = self._schema.ReshapeOptionsT()
        options.newShape = list(shape)
        wanted = self._constant(np.array(shape, np.int32))
        return self._operator("RESHAPE", [x, wanted], shape, options)

    def _windowed(self, options: Any, *, stride: int = 1, rectified: bool = False) -> Any:
        """What convolutions and pooling share. Those that halve look at nothing outside."""
        schema = self._schema
        options.padding = schema.Padding.SAME if stride == 1 else schema.Padding.VALID
        options.strideH = options.strideW = stride
        activation = schema.ActivationFunctionType
        options.fusedActivationFunction = activation.RELU if rectified else activation.NONE
        return options

    def _operator(self, name: str, inputs: list[int], shape: Sequence[int], options: Any) -> int:
        schema = self._schema
        code = getattr(schema.BuiltinOperator, name)
        if code not in self._codes:
            self._codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = self._codes.index(code)
        operator.inputs, operator.outputs = inputs, [self.tensor(shape)]
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.builtinOptions = options
        self._operators.append(operator)
        return int(operator.outputs[0])
