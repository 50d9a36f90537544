"""What pip makes of `binder/` in a fresh environment, and how large it gets.

Binder uses the Python of `binder/runtime.txt`; here it is the one that runs this, or another that
is given: `python tests/benchmarks/binder.py python3.12`.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COURSE = "import looplab, loopgrade.classroom.oneself as one; print(looplab.__version__)"


def main() -> None:
    """Install, run the course's own check on the first lesson, and print what it took."""
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    with tempfile.TemporaryDirectory(prefix="looplab-binder-") as folder:
        environment = Path(folder, "environment")
        start = time.monotonic()
        subprocess.run([python, "-m", "venv", environment], check=True)
        bare = _size(environment)
        pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-cache-dir"]
        subprocess.run([*pip, "-r", ROOT / "binder" / "requirements.txt"], cwd=ROOT, check=True)
        print(f"installed in {time.monotonic() - start:.0f} s: {_size(environment) - bare:.0f} MB")
        subprocess.run([environment / "bin" / "python", "-P", "-c", COURSE], cwd=folder, check=True)
        lab = [environment / "bin" / "looplab", "doctor"]
        subprocess.run(lab, cwd=folder, check=False)


def _size(folder: Path) -> float:
    """Return the size of all files of a folder in megabytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 2**20


if __name__ == "__main__":
    main()
