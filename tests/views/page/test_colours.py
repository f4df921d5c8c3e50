"""Eight lines stay apart for every common colour blindness: by colour, or by their dash."""

import itertools
import re
from importlib import resources

import numpy as np
import pytest

SCRIPT = resources.files("dynamicl.views.page").joinpath("assets", "color.js").read_text()

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
APART = 15.0
"""CIE 1976 difference from which two colours of thin lines are told apart; 2.3 is just noticeable on areas."""
OKABE_ITO = {"#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000"}


def palette(theme):
    block = SCRIPT.split(f'name: "{theme}"')[1]
    return re.search(r"runs: \[(.*?)\]", block)[1].replace('"', "").split(", ")


def dashes():
    text = re.search(r"const DASHES = (\[.*?\]);", SCRIPT)[1]
    return [tuple(map(int, re.findall(r"\d+", part))) for part in re.findall(r"\[([\d, ]*)\]", text)]


def lab(colour, sight):
    code = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    linear = np.clip(SIGHT[sight] @ linear, 0, 1)
    xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    t = xyz @ linear / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_okabe_and_itos(theme):
    own = set(palette(theme))
    assert len(own) == 8 and own ^ OKABE_ITO <= {"#000000", "#ffffff"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_eight_colours_stay_apart(theme, sight):
    colours = [lab(colour, sight) for colour in palette(theme)]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(colours, 2))
    assert nearest >= APART, nearest


def test_eight_dashes_are_a_second_code():
    codes = dashes()
    assert len(codes) == len(set(codes)) == 8 and codes[0] == ()
