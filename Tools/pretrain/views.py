"""From 8-bit pictures to training views: windows, symmetries of the square, light, sensor noise, soft patch labels."""

import torch
from torch.nn import functional as F

from model import MEAN, STD, VISION

PATCH = VISION["patch_size"]
GRID = VISION["image_size"] // PATCH


def patch_labels(labels, states, lookup, full_share):
    """[G, G, states] targets of type numbers [S, S]: the share of each patch a type covers, full from `full_share` on.

    `lookup` maps the stream's numbers (0 normal) to states.
    """
    numbers = lookup[labels.long()].view(GRID, PATCH, GRID, PATCH).permute(0, 2, 1, 3).reshape(GRID, GRID, PATCH * PATCH)
    target = torch.zeros(GRID, GRID, states)
    target.scatter_add_(2, numbers, torch.full(numbers.shape, 1 / (PATCH * PATCH)))
    target[..., 1:] = (target[..., 1:] / full_share).clamp(max=1)
    target[..., 1:] /= target[..., 1:].sum(-1, keepdim=True).clamp(min=1)
    target[..., 0] = 1 - target[..., 1:].sum(-1)
    return target


def symmetry(image, target, number):
    """One of the eight symmetries of the square, of the picture and its labels alike."""
    if number & 1:
        image, target = image.flip(1), target.flip(1)
    if number & 2:
        image, target = image.flip(0), target.flip(0)
    if number & 4:
        image, target = image.transpose(0, 1), target.transpose(0, 1)
    return image, target


def normalized(images):
    """8-bit pictures [B, S, S, 3] to the tower's input."""
    return standardized(images.float().div_(255))


def standardized(images):
    """[B, S, S, 3] in 0…1 to [B, 3, S, S] with CLIP's mean and deviation."""
    return ((images - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)


def lit(images, generator):
    """Pictures in 0…1 with another exposure, contrast, color cast, and, for some, sensor noise or a soft focus."""
    count = len(images)

    def draw(low, high, *shape):
        return low + (high - low) * torch.rand(count, *shape, generator=generator)

    gamma = torch.exp(draw(-0.35, 0.35, 1, 1, 1))
    images = images.clamp(0, 1).pow(gamma)
    cast = torch.exp(draw(-0.12, 0.12, 1, 1, 3)) * torch.exp(draw(-0.25, 0.25, 1, 1, 1))
    middle = images.mean((1, 2), keepdim=True)
    images = (images - middle) * draw(0.7, 1.3, 1, 1, 1) + middle * cast
    noise = (draw(0, 1, 1, 1, 1) < 0.3) * draw(0, 0.03, 1, 1, 1)
    images = images + noise * torch.randn(images.shape, generator=generator)
    soft = draw(0, 1) < 0.15
    if soft.any():
        kernel = torch.tensor([0.25, 0.5, 0.25])
        kernel = (kernel[:, None] * kernel).expand(3, 1, 3, 3)
        blurred = F.conv2d(F.pad(images[soft].permute(0, 3, 1, 2), (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
        images[soft] = blurred.permute(0, 2, 3, 1)
    return images.clamp(0, 1)


def busy_patches(images, labels, count, generator):
    """[B, count] positions of patches to look at: all that are defective, then by chance, the more there is to see the sooner.

    images: [B, 3, S, S], standardized. A part's backdrop costs as much as the part and teaches little.
    """
    gray = images.mean(1, keepdim=True)
    variance = F.avg_pool2d(gray * gray, PATCH) - F.avg_pool2d(gray, PATCH) ** 2
    order = 0.5 * (variance.flatten(1).clamp(min=0) + 1e-4).log()
    order = order - torch.empty_like(order).exponential_(generator=generator).log()
    order = order + 100 * (labels[..., 0] < 0.97)
    return order.topk(count, 1).indices.sort(1).values


def window_corner(target, side, chance, generator):
    """Upper left patch of a window of `side` patches, around a defect with probability `chance` where there is one."""
    corner = torch.randint(0, GRID - side + 1, (2,), generator=generator)
    bad = (target[..., 0] < 0.6).nonzero()
    if len(bad) and torch.rand((), generator=generator) < chance:
        place = bad[torch.randint(len(bad), (), generator=generator)]
        corner = (place - torch.randint(0, side, (2,), generator=generator)).clamp(0, GRID - side)
    return corner.tolist()


def nudged(corner, side, generator, by=2):
    """A corner at most `by` patches away, inside the grid."""
    return [min(max(place + generator.randint(-by, by), 0), GRID - side) for place in corner]


def window(image, target, corner, side):
    """The window's pixels, labels and the grid positions of its patches."""
    top, left = corner
    rows = torch.arange(GRID * GRID).view(GRID, GRID)[top : top + side, left : left + side].flatten()
    pixels = image[top * PATCH : (top + side) * PATCH, left * PATCH : (left + side) * PATCH]
    return pixels, target[top : top + side, left : left + side], rows
