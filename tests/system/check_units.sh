#!/bin/bash
# usage: check_units.sh UNITS PROGRAMS: systemd must understand every line of our units, alone and with each drop-in, and find each
# service's exposure to be 1.0 at most (the threshold is the score times ten).
set -euo pipefail
units=$1 programs=$2
drop_ins=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../systemd/drop-ins" && pwd)
export LC_ALL=C.UTF-8
command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed: run scripts/install-deps test"; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# A copy whose programs exist, so that verify has nothing to say about where they will be installed.
copy_unit() { # NAME AS
  sed "s|^ExecStart=/[^ ]*/|ExecStart=$programs/|" "$units/$1" >"$scratch/$2"
}

expect_silence() { # WHAT COMMAND…
  local what=$1 words
  shift
  if words=$("$@" 2>&1) && [ -z "$words" ]; then
    echo "ok   $what"
  else
    echo "FAIL $what: $words"
    failed=1
  fi
}

expect_exposure() { # UNIT
  local words
  if words=$(systemd-analyze security --no-pager --offline=yes --threshold=10 "$scratch/$1" 2>&1); then
    echo "ok   $1: $(tail -n 1 <<<"$words")"
  else
    echo "FAIL $1 is exposed above 1.0: $words"
    failed=1
  fi
}

check_service() { # UNIT
  expect_silence "systemd understands $1" systemd-analyze verify --man=no "$scratch/$1"
  expect_exposure "$1"
}

for unit in signetd.socket signetd-admin.socket signetd.service; do copy_unit "$unit" "$unit"; done
for unit in socket service; do copy_unit "signet-token@.$unit" "signet-token@build.$unit"; done
for socket in signetd.socket signetd-admin.socket signet-token@build.socket; do
  expect_silence "systemd understands $socket" systemd-analyze verify --man=no "$scratch/$socket"
done
check_service signetd.service
check_service signet-token@build.service

# Its first line says for which unit it is.
for drop_in in "$drop_ins"/*.conf; do
  if head -n 1 "$drop_in" | grep -q 'signetd\.service\.d/'; then
    name=signetd-with-$(basename "$drop_in" .conf).service
    sed "s|^ExecStart=/[^ ]*/|ExecStart=$programs/|" "$units/signetd.service" | cat - "$drop_in" >"$scratch/$name"
    check_service "$name"
    continue
  fi
  name=signet-token@with-$(basename "$drop_in" .conf).service
  sed "s|^ExecStart=/[^ ]*/|ExecStart=$programs/|" "$units/signet-token@.service" | cat - "$drop_in" >"$scratch/$name"
  copy_unit signet-token@.socket "${name%.service}.socket"
  check_service "$name"
done
exit "$failed"
