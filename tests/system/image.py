"""A minimal tree of this machine's own Debian or Ubuntu release, made once a day with mmdebstrap and kept as a tar file in the build tree.

The same release, because the programs of the build tree run in it with their libraries. The mirror is the one apt uses here."""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import time

PACKAGES = ["systemd", "systemd-sysv", "libpam-systemd", "dbus", "procps", "softhsm2", "python3"]
KEPT_SECTIONS = {"main", "universe"}  # Ubuntu has softhsm2 in universe


class CannotRun(Exception):
    """The test cannot be run on this machine; the message says why and what to do."""


def command_output(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode != 0:
        raise CannotRun(f"{argv[0]} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout


def release_name() -> str:
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise CannotRun("/etc/os-release names no VERSION_CODENAME: this test knows Debian and Ubuntu releases only")


def apt_sources(release: str) -> list[str]:
    """apt's own sources of that release as one-line entries, security updates included, so that library versions agree with ours."""
    wanted = {release, f"{release}-updates", f"{release}-security"}
    targets = command_output("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    found = {(site, suite, section) for site, suite, section in map(str.split, targets.splitlines())
             if suite in wanted and section in KEPT_SECTIONS}
    if not any(suite == release for _, suite, _ in found):
        raise CannotRun(f"apt has no source for {release}: see /etc/apt/sources.list")
    return [f"deb {site} {suite} {section}" for site, suite, section in sorted(found)]


def apt_options() -> list[str]:
    """What this machine's apt needs to get out: proxies, and how strictly it takes the dates of a mirror."""
    kept = re.compile(r"Acquire::(https?::Proxy|Check-Valid-Until|Check-Date|Retries)\b", re.IGNORECASE)
    return [f"--aptopt={line}" for line in command_output("apt-config", "dump").splitlines() if kept.match(line) and '""' not in line]


def packages_of_libraries(programs: list[pathlib.Path]) -> list[str]:
    """The packages that hold the shared libraries of the programs."""
    libraries = set()
    for program in programs:
        libraries |= set(re.findall(r"=> (/\S+)", command_output("ldd", str(program))))
    packages = set()
    for library in sorted(libraries):
        real = os.path.realpath(library)
        for path in (library, real, real.removeprefix("/usr"), f"/usr{real}"):
            done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                packages.add(done.stdout.partition(":")[0])
                break
        else:
            raise CannotRun(f"no package holds {library}: the programs must be built with the distribution's libraries")
    return sorted(packages)


def base_tree(directory: pathlib.Path, programs: list[pathlib.Path]) -> pathlib.Path:
    """The tar file of today, made now where it is not there yet; older ones go. Raises CannotRun."""
    release = release_name()
    packages = sorted({*PACKAGES, *packages_of_libraries(programs)})
    recipe = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    tree = directory / f"{release}-{time.strftime('%Y-%m-%d')}-{recipe}.tar"
    if tree.exists():
        return tree
    directory.mkdir(parents=True, exist_ok=True)
    print(f"making a minimal {release} for {directory.name}/: about half a minute, once a day", file=sys.stderr, flush=True)
    unfinished = tree.with_suffix(".unfinished.tar")
    command_output("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}", *apt_options(),
                   release, str(unfinished), *apt_sources(release))
    for old in directory.glob("*.tar"):
        if old != unfinished:
            old.unlink()
    unfinished.rename(tree)
    return tree
