"""Shrinking by area, several times faster than OpenCV's own for odd factors."""

from __future__ import annotations

import cv2
import numpy as np

from engine.frames import Pixels


def shrunk(image: Pixels, width: int, height: int) -> Pixels:
    """The image at a size of at most its own, each pixel the mean of the area that it covers.

    OpenCV halves with vector instructions and takes any other factor slowly. So the image is halved as long as it is
    at least twice the size wanted, and only the last step is of another factor. Halving drops the last row or column
    of an odd number, which shifts the far edge by less than one pixel of the image.
    """
    while image.shape[1] >= 2 * width and image.shape[0] >= 2 * height and min(image.shape[:2]) > 1:
        half = image.shape[1] // 2, image.shape[0] // 2
        image = np.asarray(
            cv2.resize(image[: half[1] * 2, : half[0] * 2], half, interpolation=cv2.INTER_AREA), np.uint8
        )
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
