"""Makes the picture fixtures and golden pixels of Tests/Fixtures/Images.

Run from the repository root with Python 3.10+ and Pillow, NumPy and (for map_resize.txt) PyTorch:

    python Tools/golden/make_image_goldens.py

Every golden is what Pillow makes of the same file or source: `X.jpg` or `X.png` decodes to `X.ppm`, and
`resize/MODE_FILTER_WxH.ppm` is `resize/SOURCE` resized. 16-bit grey is the exception: the expected byte is the high
byte, computed here, because Pillow's own conversion clips. Seeded; the same library versions give the same bytes.
Not needed to build or test.
"""

import io
import struct
import zlib
from pathlib import Path

import numpy
import PIL
from PIL import Image, features

ROOT = Path("Tests/Fixtures/Images")
SEED = 20250801
VERSIONS = f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}, seed {SEED}"


def write_pnm(path: Path, pixels: numpy.ndarray) -> None:
    """Writes [h, w, 3] as binary PPM or [h, w] as binary PGM, with the generator in a comment."""
    kind = "P6" if pixels.ndim == 3 else "P5"
    header = f"{kind}\n# make_image_goldens.py, {VERSIONS}\n{pixels.shape[1]} {pixels.shape[0]}\n255\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + numpy.ascontiguousarray(pixels, dtype=numpy.uint8).tobytes())


def scene(width: int, height: int, rng: numpy.random.Generator) -> numpy.ndarray:
    """A picture with what filters and codecs get wrong: ramps, hard edges, saturated colours and noise."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    image = numpy.stack(
        [255 * x / max(width - 1, 1), 255 * y / max(height - 1, 1), 127 + 127 * numpy.sin((x * 0.7 + y) / 3)], axis=2
    )
    image[height // 4 : height // 2, width // 3 : width // 2] = (255, 0, 0)
    image[height // 2 : 3 * height // 4, : width // 3] = (0, 255, 255)
    checker = ((x + y) % 2 == 0) & (x > 2 * width / 3)
    image[checker] = 255
    image[~checker & (x > 2 * width / 3)] = 0
    noisy = (y > 3 * height / 4)[..., None] & (rng.random((height, width, 1)) < 0.8)
    image = numpy.where(noisy, rng.integers(0, 256, (height, width, 3)), image)
    return numpy.clip(numpy.rint(image), 0, 255).astype(numpy.uint8)


def photo(width: int, height: int, rng: numpy.random.Generator) -> numpy.ndarray:
    """A smoother picture, for JPEG."""
    return numpy.asarray(Image.fromarray(scene(width // 2 + 1, height // 2 + 1, rng)).resize((width, height)))


def make_jpegs(rng: numpy.random.Generator) -> None:
    folder = ROOT / "jpeg"
    folder.mkdir(parents=True, exist_ok=True)
    color, large = photo(37, 29, rng), photo(64, 48, rng)
    exif = Image.Exif()
    exif[0x0112] = 6
    cases = {
        "baseline_444": (color, {"subsampling": "4:4:4", "quality": 90}),
        "baseline_422": (color, {"subsampling": "4:2:2", "quality": 90}),
        "baseline_420": (color, {"subsampling": "4:2:0", "quality": 90}),
        "baseline_420_coarse": (large, {"subsampling": "4:2:0", "quality": 12}),
        "baseline_optimized": (large, {"optimize": True, "quality": 75}),
        "baseline_restarts": (large, {"quality": 80, "restart_marker_blocks": 3}),
        "progressive_444": (color, {"progressive": True, "subsampling": "4:4:4", "quality": 85}),
        "progressive_422": (color, {"progressive": True, "subsampling": "4:2:2", "quality": 85}),
        "progressive_420": (large, {"progressive": True, "subsampling": "4:2:0", "quality": 60}),
        "grey": (color[..., 1], {"quality": 90}),
        "grey_progressive": (color[..., 1], {"quality": 90, "progressive": True}),
        "rgb_without_ycc": (color, {"keep_rgb": True, "quality": 95}),
        "one_pixel": (color[:1, :1], {"quality": 95}),
        "one_column": (color[:, :1], {"quality": 95}),
        "one_row": (color[:1], {"quality": 95, "subsampling": "4:2:0"}),
        "exif_rotated": (color, {"quality": 90, "exif": exif}),
    }
    for name, (pixels, options) in cases.items():
        buffer = io.BytesIO()
        Image.fromarray(numpy.ascontiguousarray(pixels)).save(buffer, "JPEG", **options)
        (folder / f"{name}.jpg").write_bytes(buffer.getvalue())
        write_pnm(folder / f"{name}.ppm", numpy.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")))

    # Four components: refused, so there are no golden pixels. YCCK is the CMYK file with its Adobe transform set.
    buffer = io.BytesIO()
    Image.fromarray(color).convert("CMYK").save(buffer, "JPEG", quality=90)
    cmyk = bytearray(buffer.getvalue())
    (folder / "cmyk.jpg").write_bytes(cmyk)
    cmyk[cmyk.index(b"Adobe") + 11] = 2
    (folder / "ycck.jpg").write_bytes(cmyk)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_rows(samples: numpy.ndarray, depth: int, color_type: int) -> bytes:
    """Packs [h, w, channels] samples and filters row y with filter y mod 5, so that each filter is used."""
    height, width, _ = samples.shape
    if height == 0 or width == 0:
        return b""
    step = max(1, CHANNELS[color_type] * depth // 8)
    out, previous = bytearray(), None
    for y in range(height):
        flat = samples[y].reshape(-1)
        if depth == 16:
            row = flat.astype(">u2").tobytes()
        elif depth == 8:
            row = flat.astype(numpy.uint8).tobytes()
        else:
            bits = ((flat[:, None] >> numpy.arange(depth - 1, -1, -1)) & 1).astype(numpy.uint8)
            row = numpy.packbits(bits.reshape(-1)).tobytes()
        up = previous or bytes(len(row))
        kind = y % 5
        out.append(kind)
        for i, value in enumerate(row):
            a = row[i - step] if i >= step else 0
            b, c = up[i], (up[i - step] if i >= step else 0)
            p = a + b - c
            paeth = a if abs(p - a) <= min(abs(p - b), abs(p - c)) else b if abs(p - b) <= abs(p - c) else c
            out.append((value - (0, a, b, (a + b) // 2, paeth)[kind]) & 255)
        previous = row
    return bytes(out)


def png(samples: numpy.ndarray, depth: int, color_type: int, interlaced=False, extra=b"", idat_bytes=1 << 30) -> bytes:
    """Encodes samples [h, w, channels] as PNG of any depth, colour type and interlacing."""
    height, width, _ = samples.shape
    if interlaced:
        raw = b"".join(png_rows(samples[y0::dy, x0::dx], depth, color_type) for x0, y0, dx, dy in ADAM7)
    else:
        raw = png_rows(samples, depth, color_type)
    packed = zlib.compress(raw, 9)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    body = b"".join(png_chunk(b"IDAT", packed[i : i + idat_bytes]) for i in range(0, len(packed), idat_bytes))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + body + png_chunk(b"IEND", b"")


def make_pngs(rng: numpy.random.Generator) -> None:
    folder = ROOT / "png"
    folder.mkdir(parents=True, exist_ok=True)
    width, height = 21, 13
    rgb = scene(width, height, rng).astype(numpy.uint16)
    alpha = rng.integers(0, 256, (height, width, 1)).astype(numpy.uint16)
    grey = rgb[..., :1]
    low = rng.integers(0, 256, (height, width, 3)).astype(numpy.uint16)
    deep = rgb * 256 + low
    palette = rng.integers(0, 256, (256, 3)).astype(numpy.uint8)

    def indexed(depth: int, transparent=False) -> tuple:
        extra = png_chunk(b"PLTE", palette[: 1 << depth].tobytes())
        if transparent:
            extra += png_chunk(b"tRNS", bytes(range(0, 1 << depth))[: 1 << min(depth, 4)])
        return rng.integers(0, 1 << depth, (height, width, 1)).astype(numpy.uint16), depth, 3, extra

    cases = {f"grey_{d}": (grey >> (8 - d), d, 0, b"") for d in (1, 2, 4, 8)}
    cases |= {f"palette_{d}": indexed(d) for d in (1, 2, 4, 8)}
    cases |= {f"palette_{d}_transparent": indexed(d, True) for d in (1, 2, 4, 8)}
    cases |= {
        "grey_16": (deep[..., :1], 16, 0, b""),
        "grey_alpha_8": (numpy.concatenate([grey, alpha], 2), 8, 4, b""),
        "grey_alpha_16": (numpy.concatenate([deep[..., :1], alpha * 257], 2), 16, 4, b""),
        "grey_8_transparent": (grey, 8, 0, png_chunk(b"tRNS", struct.pack(">H", int(grey[0, 0, 0])))),
        "rgb_8": (rgb, 8, 2, b""),
        "rgb_8_transparent": (rgb, 8, 2, png_chunk(b"tRNS", struct.pack(">HHH", *map(int, rgb[0, 0])))),
        "rgb_8_gamma": (rgb, 8, 2, png_chunk(b"gAMA", struct.pack(">I", 100000))),
        "rgb_16": (deep, 16, 2, b""),
        "rgba_8": (numpy.concatenate([rgb, alpha], 2), 8, 6, b""),
        "rgba_16": (numpy.concatenate([deep, alpha * 257], 2), 16, 6, b""),
    }
    for name, (samples, depth, color_type, extra) in cases.items():
        for interlaced in (False, True):
            stem = name + ("_interlaced" if interlaced else "")
            data = png(samples, depth, color_type, interlaced, extra)
            (folder / f"{stem}.png").write_bytes(data)
            if depth == 16 and color_type in (0, 4):
                expected = numpy.repeat(samples[..., :1] >> 8, 3, axis=2)
            else:
                expected = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        write_pnm(folder / f"{name}.ppm", expected)

    # As many IDAT chunks as a large picture has in files of libpng, and a metadata chunk that inflates to 64 MiB.
    (folder / "many_idat.png").write_bytes(png(rgb, 8, 2, idat_bytes=1))
    write_pnm(folder / "many_idat.ppm", rgb)
    bomb = zlib.compress(bytes(64 << 20), 9)
    (folder / "text_bomb.png").write_bytes(png(rgb, 8, 2, extra=png_chunk(b"zTXt", b"Comment\0\0" + bomb)))


def make_resizes(rng: numpy.random.Generator) -> None:
    folder = ROOT / "resize"
    sources = {
        "wide": (
            scene(61, 47, rng),
            [(13, 9), (61, 20), (20, 47), (122, 94), (97, 71), (1, 1), (1, 47), (61, 1), (60, 48)],
        ),
        "row": (scene(50, 1, rng), [(7, 1), (77, 5), (1, 1)]),
        "column": (scene(1, 50, rng), [(1, 7), (5, 77), (3, 50)]),
        "dot": (scene(1, 1, rng), [(1, 1), (4, 3)]),
        "long": (scene(997, 3, rng), [(5, 5), (64, 2)]),
    }
    filters = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
    for name, (rgb, sizes) in sources.items():
        grey = numpy.ascontiguousarray(rgb[..., 2])
        write_pnm(folder / f"{name}_rgb.ppm", rgb)
        write_pnm(folder / f"{name}_grey.ppm", grey)
        for filter_name, pil_filter in filters.items():
            for size in sizes:
                stem = f"{filter_name}_{size[0]}x{size[1]}.ppm"
                write_pnm(folder / f"{name}_rgb_{stem}", numpy.asarray(Image.fromarray(rgb).resize(size, pil_filter)))
                write_pnm(folder / f"{name}_grey_{stem}", numpy.asarray(Image.fromarray(grey).resize(size, pil_filter)))

    # Full sizes by digest: the source is a formula, the result is its 64-bit FNV-1a hash.
    lines = [f"# make_image_goldens.py, {VERSIONS}: width height newWidth newHeight filter fnv1a64"]
    for width, height, size in [(1200, 900, (518, 518)), (767, 511, (336, 336)), (300, 200, (518, 518))]:
        index = numpy.arange(width * height * 3, dtype=numpy.uint64)
        source = (((index * numpy.uint64(2654435761)) >> numpy.uint64(13)) & numpy.uint64(255)).astype(numpy.uint8)
        for filter_name, pil_filter in filters.items():
            resized = Image.fromarray(source.reshape(height, width, 3)).resize(size, pil_filter)
            digest = 0xCBF29CE484222325
            for byte in resized.tobytes():
                digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
            lines.append(f"{width} {height} {size[0]} {size[1]} {filter_name} {digest:016x}")
    (folder / "digests.txt").write_text("\n".join(lines) + "\n")


def make_map_resizes(rng: numpy.random.Generator) -> None:
    """Bilinear resizes of float maps by PyTorch: one header line, the source row, the result row, for each case."""
    import torch

    lines = [f"# make_image_goldens.py, PyTorch {torch.__version__}, seed {SEED}: w h W H align_corners"]
    sizes = [(5, 4, 11, 9), (7, 3, 7, 8), (9, 8, 4, 3), (1, 4, 3, 5), (4, 1, 1, 1), (6, 6, 37, 2)]
    for w, h, width, height in sizes:
        source = rng.standard_normal((h, w)).astype(numpy.float32)
        for aligned in (False, True):
            result = torch.nn.functional.interpolate(
                torch.from_numpy(source)[None, None], size=(height, width), mode="bilinear", align_corners=aligned
            )[0, 0].numpy()
            lines.append(f"{w} {h} {width} {height} {str(aligned).lower()}")
            lines += [" ".join(f"{value:.9g}" for value in array.reshape(-1)) for array in (source, result)]
    (ROOT / "map_resize.txt").write_text("\n".join(lines) + "\n")


def make_masks() -> None:
    """Masks of 2 × 2 pixels as tools write them: label numbers in 16 bits, alpha channels and transparent colours unused and used."""
    folder = ROOT / "masks"
    folder.mkdir(exist_ok=True)
    label = numpy.array([0, 1, 256, 65535], numpy.uint16).reshape(2, 2, 1)
    grey = numpy.array([0, 9, 255, 0], numpy.uint8).reshape(2, 2, 1)
    white = numpy.full((2, 2, 3), 255, numpy.uint8)
    (folder / "label16.png").write_bytes(png(label, 16, 0))
    (folder / "opaque.png").write_bytes(png(numpy.dstack([grey, grey, grey, white[..., :1]]), 8, 6))
    (folder / "alpha_white.png").write_bytes(png(numpy.dstack([white, grey]), 8, 6))
    (folder / "alpha_gray.png").write_bytes(png(numpy.dstack([grey * 0, grey]), 8, 4))
    index = numpy.array([0, 1, 1, 0], numpy.uint8).reshape(2, 2, 1)
    palette = png_chunk(b"PLTE", bytes([255, 255, 255, 255, 0, 0]))
    (folder / "alpha_palette.png").write_bytes(png(index, 8, 3, extra=palette + png_chunk(b"tRNS", bytes([0]))))
    (folder / "alpha_key.png").write_bytes(png(grey, 8, 0, extra=png_chunk(b"tRNS", bytes([0, 255]))))
    black = png_chunk(b"PLTE", bytes([0, 0, 0, 255, 0, 0]))
    (folder / "opaque_palette.png").write_bytes(png(index, 8, 3, extra=black + png_chunk(b"tRNS", bytes([255]))))


if __name__ == "__main__":
    make_jpegs(numpy.random.default_rng(SEED))
    make_pngs(numpy.random.default_rng(SEED + 1))
    make_resizes(numpy.random.default_rng(SEED + 2))
    make_map_resizes(numpy.random.default_rng(SEED + 3))
    make_masks()
