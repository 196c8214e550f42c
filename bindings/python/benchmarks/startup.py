"""What an import costs."""

from __future__ import annotations

import subprocess
import sys

from records import Subject, save_alone
from turns import IS_QUICK

PROGRAM = "import time, numpy; start = time.perf_counter(); import neuropod; print(time.perf_counter() - start)"


def measure_import() -> None:
    """Measures `import neuropod` after `import numpy`, in new processes."""
    program = [sys.executable, "-c", PROGRAM]
    seconds = [float(subprocess.check_output(program)) for _ in range(5 if IS_QUICK else 15)]
    save_alone(Subject("import", "import neuropod"), seconds)
