"""Names of cameras: each listed example is caught, and no maker's name is."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from signals.injection.labels import folded, names_no_camera, virtual_camera

LISTED = yaml.safe_load(files("signals.injection").joinpath("virtual_cameras.yaml").read_text("utf-8"))
EXAMPLES = [(entry["pattern"], example) for entry in LISTED for example in entry["examples"]]
REAL = [
    "FaceTime HD Camera",
    "FaceTime HD Camera (Built-in) (05ac:8514)",
    "FaceTime HD-Kamera",
    "Caméra FaceTime HD",
    "Integrated Webcam (0c45:6713)",
    "Integrated Camera (04f2:b6d9)",
    "Integrierte Kamera",
    "USB2.0 HD UVC WebCam (13d3:56a2)",
    "HD Pro Webcam C920 (046d:082d)",
    "Logitech BRIO",
    "Logi 4K Stream Edition",
    "Logitech StreamCam",
    "camera2 1, facing front",
    "camera2 0, facing back",
    "camera 1, facing front",
    "Front Camera",
    "Back Camera",
    "Back Dual Wide Camera",
    "Vordere Kamera",
    "Caméra avant",
    "Cámara frontal",
    "Câmera frontal",
    "Fotocamera anteriore",
    "Фронтальная камера",
    "前置摄像头",
    "前置相機",
    "前面カメラ",
    "전면 카메라",
    "Kamera przednia",
    "Μπροστινή κάμερα",
    "Ön Kamera",
    "Camera trước",
    "الكاميرا الأمامية",
    "กล้องหน้า",
    "Surface Camera Front",
    "Microsoft® LifeCam HD-3000",
    "Razer Kiyo Pro",
    "OBSBOT Tiny 4K",
    "Elgato Facecam",
    "Insta360 Link",
    "Sony Camera (Imaging Edge)",
    "Snapdragon Camera",
    "iPhone Camera",
    "Desk View Camera",
    "AUKEY PC-W1",
    "Internal Camera",
    "video0",
    "Lenovo EasyCamera",
    "ASUS FHD webcam",
    "HP Wide Vision HD Camera",
    "Trust USB Camera",
    "Jabra PanaCast 20",
]


@pytest.mark.parametrize(("pattern", "example"), EXAMPLES)
def test_every_listed_name_is_caught_by_its_own_pattern(pattern: str, example: str) -> None:
    assert re.search(pattern, folded(example))
    assert names_no_camera(example)


@pytest.mark.parametrize("label", REAL)
def test_no_real_camera_is_flagged(label: str) -> None:
    assert not names_no_camera(label)


@pytest.mark.parametrize("label", ["", "   ", "\u200b", "\x00"])
def test_an_empty_name_after_permission_is_none_of_a_camera(label: str) -> None:
    assert virtual_camera({"label": label}) is True


@pytest.mark.parametrize(
    "label", ["ＯＢＳ Virtual Camera", "obs\u00a0virtual\u200bcamera", "OBS  VIRTUAL  CAMERA", "O\u200bBS Cam\u0301era"]
)
def test_case_width_and_blanks_hide_nothing(label: str) -> None:
    assert names_no_camera(label)


@pytest.mark.parametrize("camera", [{}, {"label": None}, {"label": 7}, {"label": ["OBS"]}])
def test_a_name_that_was_not_told_is_unknown(camera: dict[str, object]) -> None:
    assert virtual_camera(camera) is None


def test_a_huge_name_is_read_in_time() -> None:
    assert virtual_camera({"label": "camera " * 50_000}) is False
