"""Line charts as SVG files that can be read on a light and on a dark page."""

import html
import math

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 196, 40, 48
STYLE = """
svg { font: 13px system-ui, sans-serif; --ink: #24292f; --faint: #8c959f40; --hue: 35%; }
@media (prefers-color-scheme: dark) { svg { --ink: #d1d7e0; --faint: #8c959f50; --hue: 66%; } }
text { fill: var(--ink); } .title { font-size: 15px; font-weight: 600; }
.grid { stroke: var(--faint); } .frame { stroke: var(--ink); stroke-opacity: .5; fill: none; }
.line { fill: none; stroke-width: 2; } .model { stroke-dasharray: 5 4; }
"""
HUES = [215, 20, 145, 285, 50]


def number(value):
    """A tick's or an end's label: three digits at most, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Axis:
    """Maps values to pixels, linearly or by logarithm; `ticks` are the values that are written."""

    def __init__(self, label, ticks, log=False):
        self.label, self.ticks, self.log = label, ticks, log

    def share(self, value):
        scale = math.log if self.log else float
        low, high = scale(self.ticks[0]), scale(self.ticks[-1])
        return (scale(value) - low) / (high - low)


def decades(values):
    """Ticks 1, 2, 5, 10 … around positive values, for a logarithmic axis."""
    low, high = min(values), max(values)
    steps = [m * 10.0 ** e for e in range(-6, 9) for m in (1, 2, 5)]
    first = max(i for i, s in enumerate(steps) if s <= low)
    last = min(i for i, s in enumerate(steps) if s >= high)
    return steps[first:last + 1]


def rounds(values):
    """About five ticks from 0 on, for a linear axis."""
    high = max(values)
    step = next(s for s in (m * 10.0 ** e for e in range(-6, 9) for m in (1, 2, 2.5, 5)) if s * 5 >= high)
    return [step * i for i in range(math.ceil(high / step) + 1)]


def line_chart(path, title, x, y, lines):
    """Writes a chart.

    lines: (name, points, kind): kind "line" joins measured points, "model" is a dashed line without points. Names stand behind the lines'
    ends, moved apart where they would overlap, or above the end of a line that does not reach the right edge. Lines whose names begin alike up
    to " · " share a colour; one that ends early and has only that common part for a name is not labelled.
    """
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    place = lambda px, py: (LEFT + x.share(px) * (right - LEFT), bottom - y.share(py) * (bottom - TOP))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-14 0 {WIDTH + 14} {HEIGHT}" role="img">',
        f"<title>{html.escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="22">{html.escape(title)}</text>',
    ]
    for tick in x.ticks:
        at = place(tick, y.ticks[0])[0]
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{bottom}"/>'
                     f'<text x="{at:.1f}" y="{bottom + 17}" text-anchor="middle">{number(tick)}</text>')
    for tick in y.ticks:
        at = place(x.ticks[0], tick)[1]
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{right}"/>'
                     f'<text x="{LEFT - 7}" y="{at + 4:.1f}" text-anchor="end">{number(tick)}</text>')
    parts.append(f'<path class="frame" d="M{LEFT} {TOP}V{bottom}H{right}"/>')
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{html.escape(x.label)}</text>')
    parts.append(f'<text transform="translate(0 {(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
                 f"{html.escape(y.label)}</text>")
    hues, labels = {}, []
    for name, points, kind in lines:
        hue = hues.setdefault(name.split(" · ")[0], HUES[len(hues) % len(HUES)])
        color = f"hsl({hue} 75% var(--hue))"
        pixels = [place(*point) for point in points]
        joined = " ".join(f"{px:.1f},{py:.1f}" for px, py in pixels)
        parts.append(f'<polyline class="line {kind}" style="stroke:{color}" points="{joined}"/>')
        if kind == "line":
            parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" style="fill:{color}"><title>{html.escape(name)}: '
                      f"{number(a)}, {number(b)}</title></circle>" for (px, py), (a, b) in zip(pixels, points)]
        if pixels[-1][0] > right - 30:
            labels.append([pixels[-1][1], name, color])
        elif " · " in name:
            px, py = pixels[-1]
            parts.append(f'<text x="{px:.1f}" y="{py - 10:.1f}" text-anchor="middle" style="fill:{color}">{html.escape(name)}</text>')
    labels.sort()
    for before, after in zip(labels, labels[1:]):
        after[0] = max(after[0], before[0] + 15)
    parts += [f'<text x="{right + 9}" y="{at + 4:.1f}" style="fill:{color}">{html.escape(name)}</text>'
              for at, name, color in labels]
    path.write_text("\n".join(parts + ["</svg>", ""]))
