"""Node's own test runner, with the packages that install_packages put into the build tree."""

import pathlib
import re
import shutil
import subprocess
import tempfile

from tests.support.process import build_directory, environment, seconds

HERE = pathlib.Path(__file__).resolve().parent


def installed(name: str) -> pathlib.Path:
    path = build_directory() / "npm" / name
    assert path.exists(), f"{path} is not there: run {HERE / 'install_packages'} {path.parent}, which ctest's test interop/packages does"
    return path


class NodeTests:
    """A folder beside the packages, so that `import` finds them, with copies of our modules and of `files`. Gone when the block ends."""

    def __init__(self, files: dict | None = None):
        self.files = files or {}

    def __enter__(self) -> "NodeTests":
        self.node = installed("node")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=installed("node_modules").parent))
        for path in HERE.glob("*.mjs"):
            shutil.copy(path, self.folder)
        for name, text in self.files.items():
            (self.folder / name).write_text(text)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def run(self, test: str, **variables: str):
        """Runs one file of tests, all of which must pass and none be left out. AssertionError with node's report."""
        done = subprocess.run([self.node, "--test", "--test-reporter=tap", f"{test}.test.mjs"], cwd=self.folder, capture_output=True, text=True, check=False,
                              env=environment(HOME=str(self.folder), **variables), stdin=subprocess.DEVNULL, timeout=seconds(120))
        counts = {name: int(count) for name, count in re.findall(r"^# (\w+) (\d+)$", done.stdout, re.MULTILINE)}
        report = f"{test}.test.mjs, node's exit code {done.returncode}:\n{done.stdout}{done.stderr}"
        assert done.returncode == 0 and counts["pass"] == counts["tests"] > 0, report
