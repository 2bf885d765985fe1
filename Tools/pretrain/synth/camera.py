"""Light and camera: uneven light, cast shadows, highlights, lens blur, sensor noise, JPEG."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from .canvas import chance, cover, grid, noise, turned, uniform


def illuminate(rng, image):
    """Gradients, vignette, a soft shadow edge or a highlight: nuisances that are no defect."""
    shape = image.shape[:2]
    y, x = grid(*shape)
    angle = uniform(rng, 0, 2 * np.pi)
    light = 1 + uniform(rng, 0, 0.3) / 128 * (y * np.sin(angle) + x * np.cos(angle))
    light = light - uniform(rng, 0, 0.3) * (y * y + x * x) / 32768
    if chance(rng, 0.25):
        light = light + noise(rng, shape, "cloud", 3) * uniform(rng, 0, 0.08)
    if chance(rng, 0.2):
        v, _ = turned(y, x, uniform(rng, 0, np.pi), uniform(rng, -70, 70), uniform(rng, -70, 70))
        light = light * (1 - uniform(rng, 0.1, 0.4) * cover(v, uniform(rng, 8, 60)))
    image *= light[..., None].astype(np.float32)
    if chance(rng, 0.2):
        v, u = turned(y, x, uniform(rng, 0, np.pi), uniform(rng, -90, 90), uniform(rng, -90, 90))
        size = uniform(rng, 18, 70)
        glow = np.exp(-((v / size) ** 2 + (u / (size * uniform(rng, 1, 3))) ** 2))
        image += (glow * uniform(rng, 0.03, 0.2))[..., None]
    return image


def expose(rng, image):
    """Reflectance to an 8-bit picture, as a camera with some blur, noise and compression gives it."""
    bright = float(np.percentile(image[::8, ::8], 95))
    gain = uniform(rng, 0.55, 1.05) / max(bright, 0.3) * (1 + rng.normal(0, 0.03, 3))
    image *= gain.astype(np.float32)
    if chance(rng, 0.08):
        image[:] = image.mean(-1, keepdims=True)
    gamma = uniform(rng, 0.85, 1.2)
    np.clip(image, 0, 1, out=image)
    image **= np.float32(gamma)
    grain = uniform(rng, 0.0, 0.02)
    blur = uniform(rng, 0.0, 1.0)
    if blur > 0.3:
        picture = Image.fromarray((image * 255 + 0.5).astype(np.uint8))
        image = np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)), np.float32) / 255
    sensor = np.stack([noise(rng, image.shape[:2], "white") for _ in range(3)], -1)
    image = np.clip(image + sensor * np.float32(grain), 0, 1)
    picture = Image.fromarray((image * 255 + 0.5).astype(np.uint8))
    if chance(rng, 0.4):
        stream = BytesIO()
        picture.save(stream, "JPEG", quality=int(rng.integers(60, 96)))
        picture = Image.open(stream).convert("RGB")
    return np.asarray(picture)
