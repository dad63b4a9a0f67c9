"""What `import jaxkeras` brings in."""

import subprocess
import sys

# The other frameworks are never needed; the rest is needed only for data, files and plots, and is
# imported where it is used.
DEFERRED = ["PIL", "h5py", "keras", "matplotlib", "tensorflow", "tensorflow_datasets", "torch"]


def test_import_defers_heavy_packages():
    program = f"import sys, jaxkeras; print(*({set(DEFERRED)!r} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []
