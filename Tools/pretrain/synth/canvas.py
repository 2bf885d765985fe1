"""Coordinates, noise fields and small drawing helpers shared by every part of the picture factory.

Lengths are in "units": a picture's shorter side is always 256 units long, so that one set of constants
serves every picture size. Colors are float32 in 0…1.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

POOL_SIDE = 512


@lru_cache(maxsize=8)
def grid(height, width):
    """Pixel centers (y, x) in units, the origin in the middle of the picture."""
    unit = 256.0 / min(height, width)
    y = ((np.arange(height, dtype=np.float32) + 0.5) - height / 2) * unit
    x = ((np.arange(width, dtype=np.float32) + 0.5) - width / 2) * unit
    return np.broadcast_to(y[:, None], (height, width)), np.broadcast_to(x[None, :], (height, width))


def _spectral_field(rng, beta, stretch, low_cut):
    """A periodic Gaussian field with power falling as 1/f^beta; `stretch` > 1 elongates it along x."""
    fy = np.fft.fftfreq(POOL_SIDE)[:, None] * POOL_SIDE
    fx = np.fft.rfftfreq(POOL_SIDE)[None, :] * POOL_SIDE * stretch
    radius = np.sqrt(fy * fy + fx * fx)
    radius[0, 0] = 1
    amplitude = radius ** (-beta / 2) * (radius >= low_cut)
    amplitude[0, 0] = 0
    phase = np.fft.rfft2(rng.standard_normal((POOL_SIDE, POOL_SIDE)))
    field = np.fft.irfft2(phase * amplitude, s=(POOL_SIDE, POOL_SIDE))
    field -= field.mean()
    return (field / field.std()).astype(np.float32)


# name: (beta, stretch, lowest frequency kept, number of fields)
_FIELD_KINDS = {
    "white": (0.0, 1, 1, 3),
    "fine": (1.0, 1, 6, 4),
    "pink": (2.0, 1, 3, 6),
    "cloud": (3.2, 1, 1, 6),
    "grain": (1.6, 1, 40, 4),
    "brush": (1.2, 24, 2, 5),
    "fiber": (2.0, 10, 3, 4),
}


@lru_cache(maxsize=1)
def _pool():
    rng = np.random.default_rng(20260)
    return {
        name: [_spectral_field(rng, beta, stretch, low) for _ in range(count)]
        for name, (beta, stretch, low, count) in _FIELD_KINDS.items()
    }


def noise(rng, shape, kind="pink", zoom=1.0):
    """A unit-variance random field of the given kind; `zoom` > 1 enlarges its features."""
    height, width = shape
    fields = _pool()[kind]
    field = fields[rng.integers(len(fields))]
    h, w = max(2, int(height / zoom)), max(2, int(width / zoom))
    rows = (rng.integers(POOL_SIDE) + np.arange(h)) % POOL_SIDE
    columns = (rng.integers(POOL_SIDE) + np.arange(w)) % POOL_SIDE
    if rng.random() < 0.5:
        rows = rows[::-1]
    if rng.random() < 0.5:
        columns = columns[::-1]
    out = field[rows][:, columns]
    if (h, w) != (height, width):
        out = np.asarray(Image.fromarray(out).resize((width, height), Image.Resampling.BICUBIC))
    return out


def uniform(rng, low, high):
    """One float drawn uniformly."""
    return float(low + (high - low) * rng.random())


def chance(rng, probability):
    """True with the given probability."""
    return bool(rng.random() < probability)


def tint(rng, base, spread=0.06):
    """A color near `base`."""
    return np.clip(np.asarray(base, np.float32) + rng.normal(0, spread, 3).astype(np.float32), 0.02, 0.98)


def any_color(rng, low=0.08, high=0.92):
    """Any color: grey half of the time, else saturated."""
    value = uniform(rng, low, high)
    color = np.full(3, value, np.float32)
    if chance(rng, 0.6):
        color = color * (1 - uniform(rng, 0.1, 0.8) * rng.random(3)).astype(np.float32)
    return np.clip(color + rng.normal(0, 0.02, 3).astype(np.float32), 0.02, 0.98)


def fill(shape, color):
    """A picture of one color."""
    out = np.empty((*shape, 3), np.float32)
    out[:] = color
    return out


def blend(image, color, alpha):
    """Paints `color` (a color or a picture) over the picture, in place, with opacity `alpha`."""
    color = np.asarray(color, np.float32)
    image += (color - image) * alpha[..., None]
    return image


def cover(distance, softness=1.0):
    """Anti-aliased coverage (1 inside) of a signed distance in units, negative inside."""
    return np.clip(0.5 - distance / softness, 0, 1)


def turned(y, x, angle, cy=0.0, cx=0.0):
    """Coordinates (v, u) relative to a center and turned by an angle in radians."""
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dy, dx = y - np.float32(cy), x - np.float32(cx)
    return c * dy - s * dx, s * dy + c * dx


def box(v, u, half_height, half_width, radius=0.0):
    """Signed distance to a rectangle with rounded corners."""
    qy = np.abs(v) - np.float32(half_height - radius)
    qx = np.abs(u) - np.float32(half_width - radius)
    outside = np.sqrt(np.maximum(qy, 0) ** 2 + np.maximum(qx, 0) ** 2)
    return outside + np.minimum(np.maximum(qy, qx), 0) - np.float32(radius)


def polygon_distance(radius, angle, sides, apothem):
    """Signed distance (exact at the edges' middles) to a regular polygon."""
    sector = 2 * np.pi / sides
    folded = np.mod(angle + sector / 2, sector) - sector / 2
    return radius * np.cos(folded) - np.float32(apothem)


class Ink:
    """Draws anti-aliased shapes, in units, into a coverage mask (two-fold supersampling)."""

    def __init__(self, shape):
        self.shape = shape
        self.scale = 2 * min(shape) / 256.0
        self.image = Image.new("L", (shape[1] * 2, shape[0] * 2), 0)
        self.draw = ImageDraw.Draw(self.image)

    def _pixels(self, points):
        height, width = self.shape
        return [(px * self.scale + width, py * self.scale + height) for py, px in points]

    def line(self, points, width):
        """A stroke through points (y, x)."""
        self.draw.line(self._pixels(points), fill=255, width=max(1, round(width * self.scale)), joint="curve")

    def polygon(self, points):
        """A filled polygon of points (y, x)."""
        self.draw.polygon(self._pixels(points), fill=255)

    def disk(self, cy, cx, ry, rx=None):
        """A filled ellipse."""
        rx = ry if rx is None else rx
        (x0, y0), (x1, y1) = self._pixels([(cy - ry, cx - rx), (cy + ry, cx + rx)])
        self.draw.ellipse([x0, y0, x1, y1], fill=255)

    def coverage(self):
        """The mask, float32 in 0…1."""
        return np.asarray(self.image.reduce(2), np.float32) / 255


def shade(height_map, angle, gain):
    """Relief shading: the slope of a height map towards a light."""
    gy, gx = np.gradient(height_map)
    return (gy * np.float32(np.sin(angle)) + gx * np.float32(np.cos(angle))) * np.float32(gain)
