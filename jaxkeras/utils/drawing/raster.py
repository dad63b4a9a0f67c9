"""A picture as pixels: PNG and the other formats that Pillow writes."""

import functools
import io
from typing import Any

from jaxkeras.utils._pillow import pillow
from jaxkeras.utils.drawing.picture import Line, Picture, Point, Rectangle, Text
from jaxkeras.utils.drawing.text import text_width

__all__ = ["to_image"]

_UNITS_PER_INCH = 96
_MOST_PIXELS = 60_000_000  # up to this a picture is drawn at twice the size, to be smooth
_STEPS = 16  # straight pieces of a curve
# Fonts that have Korean, Chinese and Japanese letters, which Pillow's own lacks.
_WIDE_FONTS = (
    "NotoSansCJK-Regular.ttc", "NotoSansKR-Regular.ttf", "NanumGothic.ttf", "malgun.ttf",
    "AppleSDGothicNeo.ttc", "Arial Unicode.ttf", "msgothic.ttc", "DejaVuSans.ttf",
)  # fmt: skip


def to_image(picture: Picture, format: str = "png", dpi: float = 200) -> bytes:
    """Write a picture as pixels.

    Args:
        picture: what to write.
        format: a format that Pillow writes: ``"png"``, ``"pdf"``, ``"jpeg"``, ``"webp"``, ...
        dpi: pixels in an inch, which is 96 units of the picture.

    Raises:
        ImportError: Pillow is missing.

    Example:
        >>> from jaxkeras.utils.drawing.picture import Picture
        >>> from jaxkeras.utils.drawing.raster import to_image
        >>> to_image(Picture(90, 20, [], "net", ""))[1:4]
        b'PNG'
    """
    image_module = pillow("A picture of a model as pixels")
    from PIL import ImageDraw

    scale = dpi / _UNITS_PER_INCH
    size = round(picture.width * scale), round(picture.height * scale)
    finer = 2 if 4 * size[0] * size[1] <= _MOST_PIXELS else 1
    image = image_module.new("RGB", (size[0] * finer, size[1] * finer), "white")
    canvas = ImageDraw.Draw(image)
    for shape in picture.shapes:
        _draw(canvas, shape, scale * finer)
    buffer = io.BytesIO()
    smooth = image.resize(size, image_module.Resampling.LANCZOS) if finer > 1 else image
    smooth.save(buffer, format=format, dpi=(dpi, dpi), resolution=dpi)
    return buffer.getvalue()


def _draw(canvas: Any, shape: Rectangle | Text | Line, scale: float) -> None:
    match shape:
        case Rectangle():
            far = (shape.x + shape.width) * scale, (shape.y + shape.height) * scale
            canvas.rounded_rectangle(
                [shape.x * scale, shape.y * scale, *far],
                radius=6 * scale,
                fill=shape.fill,
                outline=shape.outline,
                width=max(round(1.2 * scale), 1),
            )
        case Text():
            size = shape.size * scale
            room = text_width(shape.text, size, shape.is_bold)
            font = _font(size, shape.text.isascii())
            if (length := font.getlength(shape.text)) > room:
                font = _font(size * room / length, shape.text.isascii())
            canvas.text(
                (shape.x * scale, shape.y * scale),
                shape.text,
                fill=shape.colour,
                font=font,
                anchor="ls",
                stroke_width=0.022 * shape.size * scale if shape.is_bold else 0,
            )
        case Line():
            canvas.line(
                [(x * scale, y * scale) for x, y in _flattened(shape)],
                fill=shape.colour,
                width=max(round(1.4 * scale), 1),
                joint="curve",
            )
            if shape.head:
                canvas.polygon([(x * scale, y * scale) for x, y in shape.head], fill=shape.colour)


@functools.cache
def _font(size: float, is_ascii: bool) -> Any:
    from PIL import ImageFont

    for name in () if is_ascii else _WIDE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _flattened(line: Line) -> list[Point]:
    """The line as straight pieces."""
    points = [line.start]
    for piece in line.pieces:
        if len(piece) == 1:
            points.append(piece[0])
            continue
        controls = (points[-1], *piece)
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
            points.append(
                (
                    sum(w * x for w, (x, _) in zip(weights, controls, strict=True)),
                    sum(w * y for w, (_, y) in zip(weights, controls, strict=True)),
                )
            )
    return points
