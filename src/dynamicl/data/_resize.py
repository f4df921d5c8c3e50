"""Images of one size from images of another."""

import numpy as np
from jaxtyping import Float32


def resize(images: np.ndarray, size: int) -> Float32[np.ndarray, "n size size"]:
    """Resize square images by area averages.

    A pixel becomes the mean of what it covers; the mean of all pixels is kept.

    Args:
        images: Shape (n, h, h), float or bool.
        size: New side in pixels.

    Returns:
        Shape (n, size, size); `images` itself where it is float32 of that size already.

    Raises:
        ValueError: `size` is less than 1.

    Example:
        >>> import numpy as np
        >>> resize(np.eye(4, dtype=np.float32)[None], 2)[0].tolist()
        [[0.5, 0.0], [0.0, 0.5]]
    """
    if size < 1:
        raise ValueError(f"`size` is {size}: give at least 1 pixel")
    pixels = np.asarray(images, dtype=np.float32)
    side = pixels.shape[-1]
    if side == size:
        return pixels
    edges = np.arange(size + 1) * side / size
    inner = np.arange(side)
    overlap = np.minimum(edges[1:, None], inner + 1) - np.maximum(edges[:-1, None], inner)
    weights = (np.clip(overlap, 0, None) * size / side).astype(np.float32)
    return weights @ pixels @ weights.T
