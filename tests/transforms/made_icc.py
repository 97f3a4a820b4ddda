"""ICC profiles written by hand (ICC.1:2001-04): their conversion is checked by numbers."""

import struct

import numpy as np

# D50-adapted colorants of Adobe RGB (1998), section 4.3.5.3 of its specification; gamma 2.19921875.
ADOBE = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
ADOBE_GAMMA = 2.19921875

# D50-adapted colorants of sRGB, IEC 61966-2-1 with the Bradford transform of the ICC.
SRGB = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)


def _fixed(value):
    return struct.pack(">i", round(value * 65536))


def _profile(space, tags):
    table, body = struct.pack(">I", len(tags)), b""
    offset = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    white = _fixed(0.9642) + _fixed(1.0) + _fixed(0.8249)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", space, b"XYZ ")
    header += b"\0" * 12 + b"acsp" + b"\0" * 24 + struct.pack(">I", 0) + white
    return header.ljust(128, b"\0") + table + body


def _said(text):
    data = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + b"\0" * 78


def _curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def rgb_profile(name="Wide by hand", colorants=ADOBE, gamma=ADOBE_GAMMA):
    tags = [(b"desc", _said(name)), (b"wtpt", _xyz((0.9642, 1.0, 0.8249)))]
    for letter, column in zip(b"rgb", colorants.T, strict=True):
        tags.append((bytes((letter,)) + b"XYZ", _xyz(column)))
        tags.append((bytes((letter,)) + b"TRC", _curve(gamma)))
    return _profile(b"RGB ", tags)


def gray_profile(gamma=1.0):
    tags = [(b"desc", _said("Linear gray by hand")), (b"wtpt", _xyz((0.9642, 1.0, 0.8249)))]
    return _profile(b"GRAY", [*tags, (b"kTRC", _curve(gamma))])


def srgb_encoded(linear):
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
