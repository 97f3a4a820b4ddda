"""The schema of an image row: every column with its unit, range and meaning."""

from __future__ import annotations

from datakit.sample import Column

__all__ = ["IMAGE_COLUMNS"]

_HASLER = "Hasler & Suesstrunk 2003, Measuring colourfulness in natural images"
_IMMERKAER = "Immerkaer 1996, Fast noise variance estimation"
_CRETE = "Crete et al. 2007, The blur effect: no-reference perceptual blur metric"

IMAGE_COLUMNS: tuple[Column, ...] = (
    Column("format", "string", "", "format of the content by its magic bytes, as Pillow names it"),
    Column(
        "pixel_hash",
        "string",
        "",
        "hash of the decoded pixels: equal ones mean equal pixels; empty with "
        "alpha, several frames, more than 8 bits",
    ),
    Column("caption", "string", "", "text that goes with the image"),
    Column("width", "int", "px", "width as stored, before EXIF orientation", 1),
    Column("height", "int", "px", "height as stored, before EXIF orientation", 1),
    Column("mode", "string", "", "Pillow mode: RGB, L, P, CMYK, RGBA, I;16, ..."),
    Column("bit_depth", "int", "bits", "bits per channel as stored", 1, 64),
    Column("n_frames", "int", "", "frames; more than one is an animation or a multi-page file", 1),
    Column("exif_orientation", "int", "", "EXIF orientation tag, 1 where absent", 1, 8),
    Column("has_icc", "bool", "", "an ICC profile is embedded"),
    Column(
        "jpeg_quality",
        "float",
        "",
        "IJG quality that the luma quantisation table stands for; empty for other formats",
        0,
        100,
        "IJG libjpeg jpeg_set_quality",
    ),
    Column("luma_mean", "float", "", "mean luma (Rec. 601)", 0, 1),
    Column("luma_p1", "float", "", "1st percentile of luma", 0, 1),
    Column("luma_p5", "float", "", "5th percentile of luma", 0, 1),
    Column("luma_p25", "float", "", "25th percentile of luma", 0, 1),
    Column("luma_p50", "float", "", "median luma", 0, 1),
    Column("luma_p75", "float", "", "75th percentile of luma", 0, 1),
    Column("luma_p95", "float", "", "95th percentile of luma", 0, 1),
    Column("luma_p99", "float", "", "99th percentile of luma", 0, 1),
    Column("contrast", "float", "", "standard deviation of luma", 0, 0.5),
    Column("black_rate", "float", "", "share of pixels with luma <= 5 of 255", 0, 1),
    Column("white_rate", "float", "", "share of pixels with luma >= 250 of 255", 0, 1),
    Column(
        "clipped_rate",
        "float",
        "",
        "share of the pixels of the central half with a channel >= 250 of 255",
        0,
        1,
    ),
    Column("colourfulness", "float", "", "Hasler-Suesstrunk M3", 0, 300, _HASLER),
    Column("chroma", "float", "", "mean |R-G| + mean |(R+G)/2-B|; 0 is gray", 0, 510),
    Column("entropy", "float", "bits", "Shannon entropy of the luma histogram", 0, 8),
    Column(
        "gradient",
        "float",
        "",
        "mean luma step to the next pixel, across or down, the larger",
        0,
        255,
    ),
    Column(
        "flat_rate",
        "float",
        "",
        "share of pixels exactly as light as the next one, across or down, the smaller",
        0,
        1,
    ),
    Column(
        "sharpness",
        "float",
        "",
        "1 - blur effect of the worse direction, after reducing to a short side below 512 px",
        0,
        1,
        _CRETE,
    ),
    Column(
        "noise",
        "float",
        "",
        "noise standard deviation in luma levels, from the quietest tenth of the picture",
        0,
        255,
        _IMMERKAER,
    ),
    Column(
        "blockiness",
        "float",
        "",
        "how much luma steps at 8-px block edges exceed the steps "
        "inside blocks, relative; 0 is none",
        -1,
        100,
    ),
    Column("border_top", "float", "", "uniform border at the top, share of the height", 0, 1),
    Column("border_bottom", "float", "", "uniform border at the bottom, share of the height", 0, 1),
    Column("border_left", "float", "", "uniform border at the left, share of the width", 0, 1),
    Column("border_right", "float", "", "uniform border at the right, share of the width", 0, 1),
    Column(
        "effective_resolution",
        "float",
        "",
        "share of the spectrum that holds 95 % of the "
        "power of the luma steps; low where the picture was enlarged or blurred",
        0,
        1,
    ),
    Column(
        "transparent_rate", "float", "", "share of pixels that are more than half transparent", 0, 1
    ),
)
