"""Real photographs of textures with painted defects, as an MVTec tree: `python photographs.py OUT [--seed N]`.

The photographs are scikit-image's brick, grass and gravel (512 x 512, grey, public domain). References are crops of the left halves,
test pictures crops of the right halves; half of them get one defect. The model is never trained on any of them, and the painters below
share nothing with the factory's.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from skimage import data

SIDE = 256
FINE = 4  # painted at four times the resolution, then reduced


def crop(photograph, generator, right):
    """A square of 200 to 256 pixels of one half, turned or mirrored, at SIDE."""
    size = int(generator.integers(200, 257))
    top = int(generator.integers(0, 512 - size + 1))
    left = 256 * right + int(generator.integers(0, 256 - size + 1))
    square = photograph[top : top + size, left : left + size]
    if generator.random() < 0.5:
        square = square[:, ::-1]
    grey = Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(grey, np.float32) / 255


class Brush:
    """A coverage mask in 0…1, drawn finely and reduced."""

    def __init__(self):
        self._image = Image.new("L", (SIDE * FINE, SIDE * FINE))
        self.draw = ImageDraw.Draw(self._image)

    def coverage(self, soft=0.0):
        image = self._image.resize((SIDE, SIDE), Image.Resampling.BOX)
        if soft:
            image = image.filter(ImageFilter.GaussianBlur(soft))
        return np.asarray(image, np.float32) / 255


def walk(generator, length, turn, steps):
    """Points of a line that wanders by `turn` radians a step, somewhere inside the picture."""
    point, angle = generator.uniform(50, SIDE - 50, 2), generator.uniform(0, 2 * np.pi)
    points = [point]
    for _ in range(steps):
        angle += generator.normal(0, turn)
        point = np.clip(point + length / steps * np.array([np.cos(angle), np.sin(angle)]), 4, SIDE - 4)
        points.append(point)
    return points


def line(brush, points, width):
    """A line through `points`, in pixels."""
    brush.draw.line([tuple(p * FINE) for p in points], fill=255, width=max(1, round(width * FINE)), joint="curve")


def blob(brush, generator, radius, rough, stretch):
    """A closed curve around a random middle."""
    middle, angle = generator.uniform(45, SIDE - 45, 2), np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radii = radius * (1 + rough * sum(generator.normal() / k * np.cos(k * angle + generator.uniform(0, 6)) for k in (2, 3, 5)))
    turned = angle + generator.uniform(0, np.pi)
    x, y = radii * np.cos(angle) * stretch, radii * np.sin(angle)
    u, v = x * np.cos(turned[0]) - y * np.sin(turned[0]), x * np.sin(turned[0]) + y * np.cos(turned[0])
    brush.draw.polygon([((middle[0] + a) * FINE, (middle[1] + b) * FINE) for a, b in zip(u, v, strict=True)], fill=255)


def laid(image, mask, color):
    """`color` over the picture where the mask covers it."""
    return image * (1 - mask[..., None]) + np.asarray(color, np.float32) * mask[..., None]


def scratch(image, generator):
    """One to three thin, nearly straight marks, much lighter or darker than the surface."""
    brush = Brush()
    for _ in range(generator.integers(1, 4)):
        line(brush, walk(generator, generator.uniform(60, 170), 0.05, 8), generator.uniform(1.5, 3))
    mask = brush.coverage()
    tone = generator.uniform(0.82, 1) if generator.random() < 0.6 else generator.uniform(0, 0.12)
    return laid(image, mask * generator.uniform(0.7, 1), [tone] * 3), mask


def crack(image, generator):
    """A dark jagged line with a branch."""
    brush = Brush()
    points = walk(generator, generator.uniform(90, 170), 0.5, 14)
    line(brush, points, generator.uniform(2, 3.5))
    start = points[len(points) // 2]
    line(brush, [start, *(start + (p - points[0]) * 0.5 for p in walk(generator, 60, 0.5, 6)[1:2])], 1.5)
    mask = brush.coverage()
    return laid(image, mask * 0.9, [0.04] * 3), mask


def hole(image, generator):
    """A black opening with a lit rim."""
    brush, rim = Brush(), Brush()
    state = generator.bit_generator.state
    radius, stretch = generator.uniform(7, 17), generator.uniform(0.8, 1.3)
    blob(brush, generator, radius, 0.08, stretch)
    generator.bit_generator.state = state
    generator.uniform(size=2)
    blob(rim, generator, radius + 2, 0.08, stretch)
    edge = rim.coverage(0.6)
    image = laid(image, edge * 0.5, [0.8] * 3)
    return laid(image, brush.coverage(), [0.02] * 3), edge


def stain(image, generator):
    """A soft-edged tint that lets the texture through."""
    brush = Brush()
    blob(brush, generator, generator.uniform(18, 40), 0.2, generator.uniform(0.7, 1.5))
    mask = brush.coverage(2.0)
    tint = np.array([generator.uniform(0.35, 0.7), generator.uniform(0.25, 0.5), generator.uniform(0.1, 0.35)], np.float32)
    return image * (1 - mask[..., None] * (1 - tint)), mask


def contamination(image, generator):
    """A handful of opaque crumbs of one color, with shadows."""
    brush = Brush()
    for _ in range(generator.integers(2, 6)):
        blob(brush, generator, generator.uniform(3, 8), 0.25, generator.uniform(0.7, 1.4))
    mask = brush.coverage(0.4)
    image = image * (1 - 0.4 * np.roll(mask, (2, 2), (0, 1))[..., None])
    return laid(image, mask, generator.uniform(0, 1, 3)), mask


PAINTERS = {"scratch": scratch, "crack": crack, "hole": hole, "stain": stain, "contamination": contamination}


def write(path, values):
    """Writes 0…1 as an 8-bit PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)).save(path)


def main():
    """Writes the tree."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--each", type=int, default=8, help="pictures of each defect type; five times as many are clean")
    options = parser.parse_args()
    for number, name in enumerate(("brick", "grass", "gravel")):
        generator = np.random.default_rng([options.seed, number])
        photograph = getattr(data, name)()
        folder = options.out / name

        def view(right, photograph=photograph, generator=generator):
            grey = np.repeat(crop(photograph, generator, right)[..., None], 3, 2)
            return grey + generator.normal(0, 0.008, grey.shape).astype(np.float32)

        for index in range(8):
            write(folder / "train" / "good" / f"{index:03}.png", view(False))
        for index in range(options.each * len(PAINTERS)):
            write(folder / "test" / "good" / f"{index:03}.png", view(True))
        for kind, painter in PAINTERS.items():
            for index in range(options.each):
                image, mask = painter(view(True), generator)
                write(folder / "test" / kind / f"{index:03}.png", image)
                write(folder / "ground_truth" / kind / f"{index:03}_mask.png", (mask > 0.3).astype(np.float32))


if __name__ == "__main__":
    main()
