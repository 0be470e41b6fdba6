"""A disk that waits or fails on demand: a library before fdatasync(2) of one program."""

import contextlib
import pathlib
import sys

from tests.support.process import Program, build_directory


class FaultDisk:
    """Give it a program before its start; `hold`, `fail` and `calls` work at any time."""

    def __init__(self, directory: pathlib.Path, program: Program):
        found = sorted(build_directory().glob("**/*fault_disk*.so"))
        if not found:
            sys.exit("the faulty disk is not built: build target signet_fault_disk")
        self.directory = directory
        self.directory.mkdir()
        program.env |= {"LD_PRELOAD": str(found[0]), "SIGNET_FAULT_DISK": str(directory)}
        # The sanitizer's own library need not be the first.
        program.env["ASAN_OPTIONS"] = program.env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"

    def calls(self) -> int:
        path = self.directory / "calls"
        return path.stat().st_size if path.exists() else 0

    @contextlib.contextmanager
    def _there(self, name: str):
        (self.directory / name).touch()
        try:
            yield
        finally:
            (self.directory / name).unlink()

    def hold(self):
        return self._there("hold")

    def fail(self):
        return self._there("fail")
