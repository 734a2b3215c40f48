"""YuNet by LiteRT beside the same file by OpenCV."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_device.camera.frame import Image
from emoflix_device.vision.engine import EngineName
from emoflix_device.vision.reduce import reduced
from emoflix_device.vision.yunet import LEAST_SCORE, OVERLAP, YunetDetector
from emoflix_device.vision.yunet_graph import read_weights, yunet_graph

pytest.importorskip("ai_edge_litert")


@pytest.mark.parametrize("width_px", [320, 500, 512, 640])
def test_both_engines_find_the_same_faces(
    width_px: int, yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    by_litert = YunetDetector(yunet_file, width_px, "litert")
    by_opencv = YunetDetector(yunet_file, width_px, "tflite")
    for frame in crying_then_smiling[::8]:
        pairs = zip(by_litert.detect(frame), by_opencv.detect(frame), strict=True)
        for one, other in pairs:
            assert one.score == pytest.approx(other.score, abs=1e-3)
            assert one.overlap(other) > 0.99
            assert one.landmarks is not None
            assert other.landmarks is not None
            np.testing.assert_allclose(one.landmarks, other.landmarks, atol=0.1)


@pytest.mark.parametrize("engine", ["litert", "tflite"])
def test_opencvs_own_detector_finds_the_same_faces(
    engine: EngineName, yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    detector = YunetDetector(yunet_file, 640, engine)
    height, width = crying_then_smiling[0].shape
    reference = cv2.FaceDetectorYN.create(
        str(yunet_file), "", (width, height), LEAST_SCORE, OVERLAP
    )
    for frame in crying_then_smiling[::8]:
        faces = detector.detect(frame)
        _, rows = reference.detect(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
        found = [[face.x_px, face.y_px, face.width_px, face.height_px] for face in faces]
        np.testing.assert_allclose(found, sorted(rows[:, :4], key=lambda row: -row[2]), atol=0.1)
        assert {round(face.score, 3) for face in faces} == {round(float(s), 3) for s in rows[:, 14]}


def test_many_faces_of_different_size_are_found_alike(
    yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    room = np.full((720, 1280), 110, np.uint8)
    for column, width in enumerate((320, 240, 160, 120, 80)):
        small, _ = reduced(crying_then_smiling[-1], width)
        room[40 : 40 + small.shape[0], 250 * column :][:, :width] = small[:, : 1280 - 250 * column]
        room[500 : 500 + small.shape[0], 250 * column :][:, :width] = small[
            :, : 1280 - 250 * column
        ]
    counts = {
        engine: len(YunetDetector(yunet_file, 1280, engine).detect(room))
        for engine in ("litert", "tflite")
    }
    assert counts["litert"] == counts["tflite"] >= 8


def test_what_an_earlier_picture_showed_is_gone_from_a_smaller_one(
    yunet_file: Path, crying_then_smiling: list[Image]
) -> None:
    detector = YunetDetector(yunet_file, 640, "litert")
    assert detector.detect(crying_then_smiling[-1])
    assert detector.detect(np.full((350, 630), 90, np.uint8)) == []


def test_litert_takes_the_whole_graph_at_once(yunet_file: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=yunet_graph(read_weights(yunet_file), 320, 192))
    interpreter.allocate_tensors()
    operators = [each["op_name"] for each in interpreter._get_ops_details()]
    assert operators.count("DELEGATE") == 1


def test_a_network_of_other_layers_is_no_yunet(tmp_path: Path, yunet_file: Path) -> None:
    file = tmp_path / "other.onnx"
    file.write_bytes(yunet_file.read_bytes().replace(b"Conv_63", b"Conv_99"))
    with pytest.raises(cv2.error):
        read_weights(file)
