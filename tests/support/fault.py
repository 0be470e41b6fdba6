"""The PKCS#11 module between: counts calls, and fails or delays them by rules that may change while a program runs."""

import pathlib
import sys

from tests.support.hsm import module_path
from tests.support.process import build_directory


class FaultModule:
    """Give `path` and `environment` to a Stack; ask `count` at any time, restarts and kill -9 of its user notwithstanding."""

    def __init__(self, directory: pathlib.Path):
        found = sorted(build_directory().glob("**/*fault_module*.so"))
        if not found:
            sys.exit("the fault module is not built: build target signet_fault_module")
        self.path = str(found[0])
        self.rules_file, self.counts_file = directory / "rules", directory / "counts"
        self.rules_file.write_text("")
        self.environment = {"P11FAULT_MODULE": module_path(), "P11FAULT_RULES": str(self.rules_file), "P11FAULT_COUNTS": str(self.counts_file)}

    def rules(self, *lines: str):
        """`C_Sign delay=200`, `C_Login rv=0xA0 times=1`, …: replaces those before."""
        fresh = self.rules_file.with_suffix(".new")
        fresh.write_text("".join(f"{line}\n" for line in lines))
        fresh.rename(self.rules_file)

    def count(self, call: str) -> int:
        if not self.counts_file.exists():
            return 0
        lines = (line.split() for line in self.counts_file.read_text().splitlines())
        return next((int(words[1]) for words in lines if words[:1] == [call] and len(words) == 2), 0)  # just made, it holds no lines yet
