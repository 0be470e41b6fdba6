# shellcheck shell=bash
# Sourced after terminal.sh, in the project's root: configuring and building without a wall of text.

# A tree that root built is closed to others, and the errors would name every file but not the cause.
own_tree() { # TREE
  local path
  for path in "$1/CMakeCache.txt" "$1" build; do
    [ ! -e "$path" ] || [ -w "$path" ] ||
      fail "$path belongs to $(stat -c %U "$path"); remove the tree, or run this as that user"
  done
}

configure_and_build() { # TREE CMAKE-OPTION…
  local tree=$1
  shift
  mkdir -p "$tree"
  say "configuring $tree"
  cmake "$@" -B "$tree" >"$tree/configure.log" 2>&1 || { cat "$tree/configure.log" >&2; fail "cmake could not configure; its words stand above"; }
  build_tree "$tree"
}

# A tree that was configured before; ninja configures again where that is needed. build_targets: what to build in it, if not all.
build_targets=()
build_tree() { # TREE
  say "building $1 with $(nproc) jobs"
  local quiet=(--quiet)
  [ ! -t 1 ] || quiet=()
  ninja -C "$1" "${quiet[@]}" "${build_targets[@]}" || fail "the build failed; the compiler's words stand above"
}
