# shellcheck shell=bash
# Sourced: how our scripts speak. Colour only on a terminal, and not where NO_COLOR is set.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' green='' red='' plain=''
fi

say() { printf '%s==>%s %s\n' "$bold$green" "$plain" "$*"; }

# The program's name, what is wrong, and what to do about it.
complain() { printf '%s%s:%s %s\n' "$bold$red" "${0##*/}" "$plain" "$*" >&2; }
fail() { complain "$@"; exit 1; }
usage_error() { complain "$@"; echo "Try '$0 --help'." >&2; exit 2; }
