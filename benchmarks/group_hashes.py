"""Group a million perceptual hashes with planted near pairs: seconds and peak memory.

python benchmarks/group_hashes.py [N]
"""

import resource
import sys
import time

import numpy as np

from datakit.profiles.perceptual import MAX_DISTANCE, HashIndex


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2**63, n, dtype=np.uint64)
    planted = n // 100
    for k in range(planted):
        bits = rng.permutation(64)[: rng.integers(0, MAX_DISTANCE + 1)]
        base[n - 1 - k] = base[k] ^ np.uint64(sum(1 << int(b) for b in bits))
    begin = time.process_time()
    found = {(a, b) for c in HashIndex(base).close(base) for a, b in c.tolist() if a < b}
    seconds = time.process_time() - begin
    hit = sum((k, n - 1 - k) in found for k in range(planted))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{n:,} hashes: {seconds:.0f} CPU-s, peak {peak:.0f} MB, planted pairs found "
        f"{hit}/{planted}, pairs in all {len(found)}"
    )


if __name__ == "__main__":
    main()
