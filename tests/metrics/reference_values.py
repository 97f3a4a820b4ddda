"""Inputs, and what the reference implementations gave for them.

prdc 0.2, torch-fidelity 0.4.0 (Frechet and kernel distances of given features), vendi-score 0.0.3,
scipy 1.17.1 (Wasserstein, Kolmogorov-Smirnov, Jensen-Shannon). x is the reference or real sample,
y the candidate; columns and histograms are of dimension 0, the bins deciles of x.
"""

import numpy as np


def make_inputs():
    """Name -> (x, y)."""
    d = {}
    r = np.random.default_rng(0)
    d["same_gauss_d8"] = (r.standard_normal((200, 8)), r.standard_normal((200, 8)))
    r = np.random.default_rng(1)
    d["shift_gauss_d8"] = (r.standard_normal((200, 8)), r.standard_normal((200, 8)) + 0.5)
    r = np.random.default_rng(2)
    d["scale_gauss_d8"] = (r.standard_normal((200, 8)), 1.5 * r.standard_normal((150, 8)))
    r = np.random.default_rng(3)
    c, l, m = 4 * r.standard_normal((5, 16)), r.integers(0, 5, 300), r.integers(0, 3, 250)
    d["mode_drop_d16"] = (
        c[l] + r.standard_normal((300, 16)),
        c[m] + r.standard_normal((250, 16)),
    )
    r = np.random.default_rng(4)
    a, i = r.standard_normal((120, 8)), r.integers(0, 60, 120)
    d["dup_d8"] = (r.standard_normal((120, 8)), a[:60][i % 60])
    r = np.random.default_rng(5)
    d["rank_deficient_d32_n20"] = (r.standard_normal((20, 32)), r.standard_normal((20, 32)) + 0.3)
    r = np.random.default_rng(6)
    d["relu_d64"] = (
        np.maximum(r.standard_normal((256, 64)), 0),
        np.maximum(r.standard_normal((256, 64)) + 0.1, 0),
    )
    d["constant"] = (np.ones((64, 8)), np.ones((64, 8)))
    return d


INPUTS = make_inputs()
NAMES = tuple(INPUTS)

VALUES = {
    "same_gauss_d8": {
        "sums": (-14.010441989692918, -77.26630915768538),
        "prdc_3": (0.83, 0.895, 0.9983333333333333, 0.855),
        "prdc_5": (0.9, 0.945, 0.9670000000000001, 0.94),
        "frechet": 0.16720918918213457,
        "mmd2_polynomial": -0.023376635094684683,
        "mmd2_rbf_10": -0.00031244258344931275,
        "vendi_cosine_1": 7.888303445653709,
        "vendi_cosine_2": 7.780551121814717,
        "vendi_cosine_inf": 6.3552484882090114,
        "vendi_rbf_1": 179.97448682773523,
        "intdiv": 0.9954258047724751,
        "wasserstein1": 0.08136993123793672,
        "energy_v": 0.029431840542446963,
        "jensen_shannon": 0.1504293824626293,
        "psi": 0.12673970147927194,
        "ks": (0.07500000000000007, 0.600350123952776),
    },
    "shift_gauss_d8": {
        "sums": (-52.78669744458758, 843.5776768381456),
        "prdc_3": (0.775, 0.73, 0.7449999999999999, 0.625),
        "prdc_5": (0.865, 0.8, 0.772, 0.765),
        "frechet": 2.688352066771916,
        "mmd2_polynomial": 1.3416976012284527,
        "mmd2_rbf_10": 0.022236187086005943,
        "vendi_cosine_1": 7.194311304979322,
        "vendi_cosine_2": 6.315661168546224,
        "vendi_cosine_inf": 3.441429290999363,
        "vendi_rbf_1": 176.66208876172544,
        "intdiv": 0.7783101631856999,
        "wasserstein1": 0.5405885435299201,
        "energy_v": 0.6182580860815783,
        "jensen_shannon": 0.27546234269197156,
        "psi": 0.4517426322245477,
        "ks": (0.26, 1.8819204313595297e-06),
    },
    "scale_gauss_d8": {
        "sums": (-80.25040526418611, -13.009649364022067),
        "prdc_3": (0.52, 0.985, 0.35333333333333333, 0.48),
        "prdc_5": (0.58, 1.0, 0.32666666666666666, 0.61),
        "frechet": 2.2922944546783555,
        "mmd2_polynomial": 0.5490898334528556,
        "mmd2_rbf_10": 0.0030198066774269616,
        "vendi_cosine_1": 7.853102821726839,
        "vendi_cosine_2": 7.721055388637865,
        "vendi_cosine_inf": 6.298499681062224,
        "vendi_rbf_1": 149.2814824564526,
        "intdiv": 0.99027257165498,
        "wasserstein1": 0.3583219673091231,
        "energy_v": 0.23227051804077803,
        "jensen_shannon": 0.15706413298917932,
        "psi": 0.13831783720854546,
        "ks": (0.12, 0.15476222762561526),
    },
    "mode_drop_d16": {
        "sums": (-1833.4418983314604, 102.23961607608875),
        "prdc_3": (0.816, 0.49666666666666665, 0.8786666666666667, 0.58),
        "prdc_5": (0.884, 0.5633333333333334, 0.9136, 0.63),
        "frechet": 126.90248361242834,
        "mmd2_polynomial": 1136.3650919831507,
        "mmd2_rbf_10": 0.08819935467726575,
        "vendi_cosine_1": 3.8031217767899244,
        "vendi_cosine_2": 3.135061329643842,
        "vendi_cosine_inf": 2.3964083517966848,
        "vendi_rbf_1": 249.97663564008027,
        "intdiv": 0.5924203817861495,
        "wasserstein1": 2.903480744453675,
        "energy_v": 2.4203268510891256,
        "jensen_shannon": 0.35874170420950496,
        "psi": 1.5411666659627465,
        "ks": (0.2813333333333333, 5.154201840487439e-10),
    },
    "dup_d8": {
        "sums": (20.086267841372994, 36.5891231450198),
        "prdc_3": (0.8416666666666667, 0.6166666666666667, 0.775, 0.525),
        "prdc_5": (0.9, 0.8083333333333333, 0.8233333333333333, 0.75),
        "frechet": 0.8784440044197321,
        "mmd2_polynomial": 0.15937341007395833,
        "mmd2_rbf_10": 0.001473543372522812,
        "vendi_cosine_1": 7.32915760955942,
        "vendi_cosine_2": 6.803624296566912,
        "vendi_cosine_inf": 4.8433341038675,
        "vendi_rbf_1": 43.60874618769999,
        "intdiv": 0.9849712753200524,
        "wasserstein1": 0.3030541141286567,
        "energy_v": 0.12826698898957156,
        "jensen_shannon": 0.3067988681516304,
        "psi": 0.5662886163554728,
        "ks": (0.20833333333333334, 0.0092108856847406),
    },
    "rank_deficient_d32_n20": {
        "sums": (-7.115690997685309, 228.59664876422445),
        "prdc_3": (0.9, 0.45, 1.0499999999999998, 0.85),
        "prdc_5": (1.0, 0.85, 0.8900000000000001, 0.85),
        "frechet": 31.382081333325388,
        "mmd2_polynomial": 0.4365310328523875,
        "mmd2_rbf_10": 0.03218517689859657,
        "vendi_cosine_1": 13.472539624225883,
        "vendi_cosine_2": 10.60888619100551,
        "vendi_cosine_inf": 5.28328723807246,
        "vendi_rbf_1": 19.999999992412892,
        "intdiv": 0.8390566904182961,
        "wasserstein1": 0.42964212049386613,
        "energy_v": 1.3343782291491193,
        "jensen_shannon": 0.38999528968650266,
        "psi": 1.6765158060391516,
        "ks": (0.35000000000000003, 0.1339605462625002),
    },
    "relu_d64": {
        "sums": (6558.262559752028, 7234.45964278478),
        "prdc_3": (0.51171875, 0.76171875, 0.6041666666666666, 0.7734375),
        "prdc_5": (0.6015625, 0.80078125, 0.60078125, 0.92578125),
        "frechet": 3.394623137761613,
        "mmd2_polynomial": 0.008859277813728195,
        "mmd2_rbf_10": 0.0009262476100493355,
        "vendi_cosine_1": 26.353673868597962,
        "vendi_cosine_2": 7.738678358425606,
        "vendi_cosine_inf": 2.875997997988188,
        "vendi_rbf_1": 255.99999979678472,
        "intdiv": 0.6540003842907552,
        "wasserstein1": 0.07850658055759945,
        "energy_v": 0.07207441284129157,
        "jensen_shannon": 0.09186030744502803,
        "psi": 0.047072003249439526,
        "ks": (0.06640625, 0.6011607778074718),
    },
    "constant": {
        "sums": (512.0, 512.0),
        "prdc_3": (0.0, 0.0, 0.0, 0.0),
        "prdc_5": (0.0, 0.0, 0.0, 0.0),
        "frechet": 0.0,
        "mmd2_polynomial": 0.0,
        "mmd2_rbf_10": 0.0,
        "vendi_cosine_1": 1.0000000000000029,
        "vendi_cosine_2": 1.0000000000000004,
        "vendi_cosine_inf": 1.0000000000000002,
        "vendi_rbf_1": 1.0000000000000753,
        "intdiv": 1.1102230246251565e-16,
        "wasserstein1": 0.0,
        "energy_v": 0.0,
        "jensen_shannon": 0.0,
        "psi": 0.0,
        "ks": (0.0, 1.0),
    },
}
