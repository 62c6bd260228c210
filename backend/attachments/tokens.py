"""How many tokens a picture is likely to be. Pure."""

import math

_PATCH, _MOST_PATCHES, _PATCH_FACTOR = 32, 1536, 1.62
_TILE, _TILE_TOKENS, _BASE_TOKENS = 512, 170, 85
_LONGEST, _SHORTEST = 2048, 768
_PIXELS_PER_TOKEN = 750


def picture_tokens(width: int, height: int) -> int:
    """Tokens of a picture of so many pixels: the most that a vendor's rule gives, as it is not known who will look.

    Anthropic counts pixels / 750 (docs.anthropic.com/en/docs/build-with-claude/vision); OpenAI 85 and 170 for each tile
    of 512 pixels after scaling down, or up to 1,536 patches of 32 pixels times a factor of the model
    (platform.openai.com/docs/guides/images-vision). Gemini's 258 for each tile of 768 pixels is always less
    (ai.google.dev/gemini-api/docs/tokens).
    """
    by_pixels = math.ceil(width * height / _PIXELS_PER_TOKEN)
    return max(by_pixels, _by_tiles(width, height), _by_patches(width, height))


def _by_tiles(width: int, height: int) -> int:
    scale = min(1.0, _LONGEST / max(width, height))
    scale = min(scale, _SHORTEST / min(width, height))
    tiles = math.ceil(width * scale / _TILE) * math.ceil(height * scale / _TILE)
    return _BASE_TOKENS + _TILE_TOKENS * tiles


def _by_patches(width: int, height: int) -> int:
    patches = math.ceil(width / _PATCH) * math.ceil(height / _PATCH)
    return math.ceil(_PATCH_FACTOR * min(patches, _MOST_PATCHES))
