#!/bin/bash
# usage: check_examples.sh PROGRAMS: both services must accept the example files, moved to a scratch folder and to accounts that exist here.
set -euo pipefail
programs=$1
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{etc/signet/{keys.d,tokens.d},run/signet/token,var/lib/signet,var/lib/signet-token/build,var/log/signet}

copy_example() { # NAME TO
  sed -e "s#= /\(etc\|run\|var\)/#= $scratch/\1/#" -e "s/user:signetd/user:$(id -un)/" -e "s/group:builders/group:$(id -gn)/" \
    "$source/systemd/examples/$1" >"$scratch/etc/signet/$2"
}
copy_example signetd.conf signetd.conf
copy_example build.conf tokens.d/build.conf
copy_example apple.conf keys.d/apple.conf
echo "profiles-dir = $source/daemon/profiles" >>"$scratch/etc/signet/signetd.conf"

"$programs/signetd" --config "$scratch/etc/signet/signetd.conf" --check
"$programs/signet-token" --config "$scratch/etc/signet/tokens.d/build.conf" --check

# The same check must notice what it is for.
echo "speed = 9" >>"$scratch/etc/signet/signetd.conf"
if "$programs/signetd" --config "$scratch/etc/signet/signetd.conf" --check 2>"$scratch/said"; then
  echo "--check let an unknown option pass"
  exit 1
fi
grep -q speed "$scratch/said"
