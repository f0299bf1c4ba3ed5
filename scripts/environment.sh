# shellcheck shell=bash
# Sourced by the scripts beside it: where the project is, how they speak, what they compile with.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps

say() { printf '%s\n' "== $*" >&2; }
die() {
  printf '%s\n' "${0##*/}: $*" >&2
  exit 1
}

# Prints the comment at the head of the script itself.
show_help() { sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"; }

# Compiled once, for all the build folders. Kept in the project, as everything is.
export CCACHE_DIR=${CCACHE_DIR:-$deps/ccache}
# What it asks for where headers are precompiled.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

# set_up [CMAKE_OPTION...]: scripts/setup, but for a LibTorch that CMake is told of, or was told of
# when it configured last.
set_up() {
  local named
  named=$(sed -n 's/^Torch_DIR:PATH=//p' "$root/build/release/CMakeCache.txt" 2>/dev/null || true)
  case " $* " in *" -DTorch_DIR"[=:]*) named=given ;; esac
  case $named in
    "" | *-NOTFOUND | "$deps"/*) "$root/scripts/setup" ;;
    *) "$root/scripts/setup" --no-libtorch ;;
  esac
}

# configure PRESET [CMAKE_OPTION...]
configure() {
  local preset=$1
  shift
  # Not known sooner: set-up may just have installed it.
  if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER-ccache}
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  fi
  say "Configuring $preset"
  cmake -S "$root" --preset "$preset" "$@" >"$deps/configure.log" 2>&1 || {
    cat "$deps/configure.log" >&2
    die "could not be configured; CMake's words are above"
  }
}

# build PRESET [CMAKE_ARGUMENT...]: shows what it does, as Ninja does.
build() {
  local preset=$1
  shift
  say "Building $preset"
  cmake --build "$root/build/$preset" "$@" >&2 || die "could not be built; the compiler's words are above"
}

# run_tests PRESET [CTEST_ARGUMENT...]: a line a test, and the count at the end.
run_tests() {
  local preset=$1
  shift
  say "Testing $preset"
  ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" "$@" ||
    die "some tests failed"
}
