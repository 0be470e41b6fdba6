# shellcheck shell=bash
# Sourced after terminal.sh: what only root may do.

# as_root COMMAND…: as it is for root, through sudo for everybody else. Without a terminal sudo must not ask.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    fail "this needs root: run it as root, or install sudo and let user $(id -un) use it"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}
