"""The compiled tape against micrograd, NumPy by hand, PyTorch and JAX, on one thread.

    python -m tests.benchmarks engine [--quick]

All peers train the same networks from the same weights; that they agree is checked before
anything is measured. Measured in turns, medians. The floor is what the multiplications would
take at this machine's dgemm rate, and the tanhs at NumPy's.
"""

import gc
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

# Of NumPy by hand, or as said: at most, reach for.
BARS = {"W1": (0.25, 0.10), "W2": (0.03, 0.011), "W3": (0.10, 0.012), "W5": (0.9, 0.6)}
STEPS_PER_CALL = {"W1": 500, "W2": 2000, "W3": 10000, "W5": 20}


def main(arguments: list[str]) -> int:
    """Run in a process of its own, whose threads are settled before NumPy is imported."""
    environment = {k: v for k, v in os.environ.items() if k not in UNSET}
    environment |= dict.fromkeys(ONE_THREAD, "1")
    environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    command = [sys.executable, "-m", "tests.benchmarks.engine", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def measure(arguments: list[str]) -> int:
    """Print the tables; 1 if a bar is missed."""
    from tests.benchmarks import networks

    rounds = 3 if "--quick" in arguments else 9
    flop, tanh = networks.processor_rates()
    print(f"dgemm {1e-9 / flop:.1f} GFLOP/s, tanh {1e9 * tanh:.2f} ns; median of {rounds} rounds\n")
    missed = sum(_network(w, rounds, flop, tanh) for w in networks.WORKLOADS)
    print()
    missed += _scalars(rounds)
    missed += _others()
    print("\nEvery bar is met." if not missed else f"\n{missed} bars are missed.")
    return int(missed > 0)


def _network(w: Any, rounds: int, flop: float, tanh: float) -> int:
    from tests.benchmarks import networks, peers

    made = dict(peers.installed(w))
    _check_agreement(w, made)
    ours = peers.trainer(w)
    calls = STEPS_PER_CALL[w.name]
    functions: dict[str, Callable[[], Any]] = {"ours": lambda: ours.run(calls * w.steps)}
    single = peers.trainer(w)
    functions["ours, run(1)"] = lambda: single.run(w.steps)
    functions |= {name: call for name, (call, _) in made.items() if name != "micrograd"}
    times = networks.interleaved(functions, rounds)
    times["ours"] /= calls
    if "micrograd" in made:
        call = made["micrograd"][0]
        times["micrograd"] = networks.seconds(call, 0.0)
        times["micrograd, collector off"] = peers.seconds_without_collector(call)
    flops, tanhs = w.flops_and_tanhs()
    times["floor"] = flops * flop + tanhs * tanh
    print(f"{w.name}  {w.what}")
    for name, taken in times.items():
        print(
            f"  {name:26}{1e6 * taken:14,.2f} µs{taken / times['NumPy']:12.4f} x NumPy"
            f"{times['ours'] / taken:12.4f} = ours / it"
        )
    missed = _bar("many steps in a call", times["ours"] / times["NumPy"], *BARS[w.name])
    if w.name in ("W1", "W3"):
        bar = 0.6 if w.name == "W1" else 0.4
        missed += _bar("run(1)", times["ours, run(1)"] / times["NumPy"], bar, bar / 2)
    return missed


def _bar(what: str, found: float, at_most: float, reach_for: float, unit: str = "") -> int:
    word = "reached" if found <= reach_for else "met" if found <= at_most else "MISSED"
    print(f"  -> {what}: {found:.4g}{unit}; at most {at_most}, reach for {reach_for}: {word}")
    return int(found > at_most)


def _check_agreement(w: Any, made: dict[str, Any]) -> None:
    import numpy as np

    from tests.benchmarks import peers

    ours = peers.trainer(w)
    n_calls = 1 if "micrograd" in made and w.name == "W1" else 3
    ours.run(n_calls * w.steps)
    expected = ours.parameters_array()
    for name, (call, parameters) in made.items():
        for _ in range(n_calls):
            call()
        np.testing.assert_allclose(
            parameters(), expected, rtol=1e-9, atol=1e-12, err_msg=f"{w.name}: {name} disagrees"
        )


# ----- every scalar -------------------------------------------------------------------------


def random_graph(value: Any, n: int = 10_000) -> Any:
    """The output of some `n` random scalar ops; `value` makes a leaf, ours or micrograd's."""
    generator = random.Random(5)
    pool = [value(generator.uniform(-1.0, 1.0)) for _ in range(100)]
    unused = set(range(len(pool)))
    while len(pool) + len(unused) < n:
        i, j = (len(pool) - 1 - generator.randrange(min(len(pool), 500)) for _ in range(2))
        kind = generator.randrange(4)
        if kind == 0:
            made = pool[i] + pool[j]
        elif kind == 1:
            made = pool[i] * pool[j]
        else:
            made = pool[i].relu() if kind == 2 else pool[i] * 0.5
        unused -= {i, j} if kind < 2 else {i}
        unused.add(len(pool))
        pool.append(made)
    return sum((pool[i] for i in sorted(unused)), value(0.0))


def _scalars(rounds: int) -> int:
    import numpy as np

    from core.engine import Value, topological_order
    from core.scalar_tape import ScalarTape
    from tests.benchmarks import networks, peers

    output = random_graph(Value)
    nodes = topological_order(output)
    tape = ScalarTape(nodes, output)
    leaf_data = np.array([nodes[i].data for i in tape.leaves])
    data, grad = tape.run(leaf_data, wait=True)
    output.backward()
    np.testing.assert_allclose(data, [v.data for v in nodes], rtol=1e-12)
    np.testing.assert_allclose(grad, [v.grad for v in nodes], rtol=1e-9, atol=1e-12)
    times = networks.interleaved({"ours": lambda: tape.run(leaf_data)}, rounds)
    print(f"W4  {len(nodes):,} scalars, forward and backward")
    print(f"  ours {1e6 * times['ours']:.1f} µs")
    try:
        from micrograd.engine import Value as Theirs
    except ImportError:
        print("  micrograd is not installed (extra bench)")
        return 0

    def micrograd() -> None:
        sys.setrecursionlimit(100_000)
        random_graph(Theirs).backward()

    theirs = peers.seconds_without_collector(micrograd)
    print(f"  micrograd, collector off {1e6 * theirs:,.0f} µs")
    return _bar("of micrograd", times["ours"] / theirs, 0.005, 0.0013)


# ----- trace, first step, memory, inference, many runs --------------------------------------


def _others() -> int:
    import numpy as np

    from core.nn import MLP
    from core.tape import Tape
    from tests.benchmarks import networks, peers

    by_name = {w.name: w for w in networks.WORKLOADS}
    print("Other figures")
    demo = by_name["W1"].model()
    from core.losses import hinge

    traced = min(
        networks.seconds(lambda: Tape(demo, demo.parameters(), 2, loss=hinge, n_targets=1))
        for _ in range(7)
    )
    missed = _bar("trace and lower 2-16-16-1", 1e3 * traced, 10, 3, " ms")
    missed += _bar("first step of a process", _first_step(), 0.5, 0.3, " s")
    gc.collect()
    tracemalloc.start()
    large = peers.trainer(by_name["W5"])
    large.run(1)
    size = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    missed += _bar("memory of 2-64-64-1 with 500 points", size, 20, 20, " MB")
    random.seed(1)
    picture = MLP(2, [8, 8, 1], activation="tanh")
    tape = Tape(picture, picture.parameters(), 2)
    grid = np.random.default_rng(0).normal(size=(10_000, 2))
    parameters = np.array([p.data for p in picture.parameters()])
    taken = min(
        networks.seconds(lambda: tape.outputs(parameters, grid, wait=True)) for _ in range(7)
    )
    missed += _bar("heat map, 100 x 100 through 2-8-8-1", 1e3 * taken, 1, 0.5, " ms")
    return missed + sum(_side_by_side(by_name[name]) for name in ("W1", "W2"))


def _side_by_side(w: Any, count: int = 16) -> int:
    """Lanes over one tape against as many runs on their own."""
    from core.lanes import Lanes
    from tests.benchmarks import peers

    alone = peers.trainer(w)
    lanes = Lanes(alone, [w.rate] * count)
    steps = 20 * w.steps

    def cpu_seconds(run: Callable[[], Any]) -> float:
        # Not by the clock: the longer call would be interrupted more often on a busy machine.
        start = time.process_time()
        run()
        return time.process_time() - start

    ratios = []
    for _ in range(50):
        runs = sum(cpu_seconds(lambda: alone.run(steps)) for _ in range(count))
        ratios.append(cpu_seconds(lambda: lanes.run(steps)) / runs)
    return _bar(f"{count} lanes of {w.name}, of {count} runs", sorted(ratios)[25], 1, 1)


def _first_step() -> float:
    """Seconds from the start of a process to the end of its first step, imports included."""
    script = (
        "from core.nn import MLP; from core.training import Trainer;"
        "Trainer(MLP(2, [16, 16, 1]), [[0.0, 1.0]] * 9, [1.0] * 9).run(1)"
    )
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", script], check=True)
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


if __name__ == "__main__":
    sys.exit(measure(sys.argv[1:]))
