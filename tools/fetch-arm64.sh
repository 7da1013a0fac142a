#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetch arm64 packages of Debian and unpack them, without installing anything:
#
#   tools/fetch-arm64.sh [-o DIR] [SUITE/]PACKAGE...
#
# SUITE is another one than the running release, e.g. trixie/linux-image-cloud-arm64.
# DIR (default build/cache/arm64) gets [SUITE/]PACKAGE/, the unpacked tree, and [SUITE/]PACKAGE.source: one line with the
# real name, version and SHA-256 of the package. What is there already is not fetched again. A metapackage of the kernel
# (linux-image-cloud-arm64) stands for the kernel package that it depends on.
# Exit codes: 0 all there, 2 bad usage or no such package, 3 not in the cache and the archive cannot be reached.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tools/apt-arm64.sh
. "$top/tools/apt-arm64.sh"

cache=$top/build/cache/arm64
if [ "${1:-}" = -o ] && [ $# -ge 2 ]; then
  cache=$2
  shift 2
fi
if [ $# -eq 0 ]; then
  echo "fetch-arm64: name at least one package: tools/fetch-arm64.sh [-o DIR] [SUITE/]PACKAGE..." >&2
  exit 2
fi
for name in "$@"; do
  if ! [[ $name =~ ^([a-z][a-z0-9-]+/)?[a-z0-9][a-z0-9.+-]+$ ]]; then
    echo "fetch-arm64: '$name' is not the name of a package" >&2
    exit 2
  fi
done

mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
exec 9>"$cache/.lock"
flock 9
missing=()
for name in "$@"; do
  [ -e "$cache/$name.source" ] || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

state=$cache/.apt
trap 'rm -rf "$state"' EXIT
rm -rf "$state"
mkdir -p "$state"

# Fetches the index of the suite of $1, unless the last call did.
indexed=none
index_of() {
  local suite=
  [[ $1 != */* ]] || suite=${1%/*}
  [ "$indexed" != "$suite" ] || return 0
  rm -rf "$state/lists"
  if ! apt_arm64_update "$state" "$suite" >"$state/log" 2>&1; then
    echo "fetch-arm64: cannot fetch ${missing[*]}: no Debian archive answers (not in ${cache#"$top"/} either)" >&2
    exit 3
  fi
  indexed=$suite
}

# The package that carries the kernel of a metapackage; any other name stands for itself.
real_name() {
  local depends
  depends=$(apt_arm64 "$state" apt-cache depends --important "$1" 2>/dev/null |
    awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
  echo "${depends:-$1}"
}

for name in "${missing[@]}"; do
  index_of "$name"
  real=$(real_name "${name##*/}")
  if ! apt_arm64 "$state" apt-cache show "$real" >/dev/null 2>&1; then
    echo "fetch-arm64: ${indexed:-this release} has no arm64 package ${name##*/}" >&2
    exit 2
  fi
  rm -rf "$state/deb" "${cache:?}/$name"
  mkdir -p "$state/deb" "$(dirname "$cache/$name")"
  echo "fetch-arm64: fetching $real"
  if ! (cd "$state/deb" && apt_arm64 "$state" apt-get download "$real" >"$state/log" 2>&1); then
    echo "fetch-arm64: cannot fetch $real: $(tail -n 1 "$state/log")" >&2
    exit 3
  fi
  deb=("$state"/deb/*.deb)
  dpkg-deb -x "${deb[0]}" "$cache/$name"
  # Written last: without it the package counts as missing.
  echo "$real $(dpkg-deb -f "${deb[0]}" Version) $(sha256sum "${deb[0]}" | cut -d ' ' -f 1)" >"$cache/$name.source"
done
