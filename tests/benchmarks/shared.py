"""Where real faces and videos lie, beside the checkout."""

from pathlib import Path
from typing import Final

SHARED: Final = Path(__file__).resolve().parents[3] / "shared"
YUNET: Final = SHARED / "models" / "yunet_n_320_320.onnx"
