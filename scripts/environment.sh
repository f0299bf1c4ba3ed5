# Sourced by the scripts beside it: where the project is, how they speak, which CMake they use.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps

say() { printf '%s\n' "== $*" >&2; }
die() {
  printf '%s\n' "${0##*/}: $*" >&2
  exit 1
}

# Prints the comment at the head of the script itself.
show_help() { sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"; }

# scripts/setup puts a CMake here where the system's is too old.
if [ -x "$deps/cmake/cmake/data/bin/cmake" ]; then
  PATH=$deps/cmake/cmake/data/bin:$PATH
fi
