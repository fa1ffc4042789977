"""Record what micrograd itself computes in tests.core.micrograd_scenarios."""

import micrograd.engine
import micrograd.nn

from tests.core.micrograd_scenarios import SCENARIOS
from tests.data import save

if __name__ == "__main__":
    rows = [
        {"scenario": name, "numbers": scenario(micrograd.engine, micrograd.nn)}
        for name, scenario in SCENARIOS.items()
    ]
    save("micrograd_numbers", rows, "micrograd 0.1.0 in tests.core.micrograd_scenarios")
