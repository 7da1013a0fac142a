#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install what virqlab needs from Debian's archive: idempotent, quick when all is there.
#
#   tools/deps.sh bench   what building and running the suite needs
#   tools/deps.sh all     that, and what `make check` and `make test` need
#   tools/deps.sh -n ...  say what would be done, change nothing; exit 1 when something is missing
#
# QEMU >= 10.0 (plugin API 4) comes from the distribution when it is new enough, otherwise from
# <codename>-backports on the mirror this machine already uses. The arm64 libfdt.a is unpacked into
# build/deps without adding a foreign architecture to dpkg.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tools/apt-arm64.sh
. "$top/tools/apt-arm64.sh"
fdt_dir=$top/build/deps/arm64
qemu_min=1:10.0

bench_packages=(gcc libc6-dev make gcc-aarch64-linux-gnu pkg-config libglib2.0-dev python3 python3-numpy
  python3-jsonschema python3-jinja2 python3-rich python3-pyelftools gnuplot-nox
  device-tree-compiler)
test_packages=(clang lld llvm clang-format clang-tidy cppcheck shellcheck libclang-rt-14-dev black flake8 mypy
  python3-pytest python3-hypothesis python3-pexpect babeltrace2 chromium fonts-dejavu-core)
# Debian 13 renamed the compiler runtime: take what the archive has.
optional_test_packages=(libclang-rt-14-dev)

dry_run=0
if [ "${1:-}" = -n ]; then
  dry_run=1
  shift
fi
case "${1:-all}" in
  bench) wanted=("${bench_packages[@]}") ;;
  all) wanted=("${bench_packages[@]}" "${test_packages[@]}") ;;
  *)
    echo "deps: unknown set '$1': say bench or all" >&2
    exit 2
    ;;
esac

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

qemu_ok() {
  local version
  version=$(dpkg-query -W -f '${Version}' qemu-system-arm 2>/dev/null) &&
    [ -n "$version" ] && dpkg --compare-versions "$version" ge "$qemu_min"
}

missing=()
for package in "${wanted[@]}"; do
  installed "$package" || missing+=("$package")
done
need_qemu=0
qemu_ok || need_qemu=1
need_fdt=0
[ -e "$fdt_dir/usr/lib/aarch64-linux-gnu/libfdt.a" ] || need_fdt=1

if [ ${#missing[@]} -eq 0 ] && [ $need_qemu -eq 0 ] && [ $need_fdt -eq 0 ]; then
  exit 0
fi
if [ $dry_run -eq 1 ]; then
  echo "missing: ${missing[*]:-} $([ $need_qemu -eq 0 ] || echo 'qemu-system-arm>=10.0')" \
    "$([ $need_fdt -eq 0 ] || echo 'libfdt.a(arm64)')"
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "deps: installing packages needs root: run 'make deps' as root or install sudo" >&2
    exit 2
  fi
  as_root=(sudo)
fi
# noninteractive: a continuous-integration run has no stdin
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")

if [ $need_qemu -eq 1 ] || [ ${#missing[@]} -gt 0 ]; then
  apt_get update
fi
if [ ${#missing[@]} -gt 0 ]; then
  present=()
  for package in "${missing[@]}"; do
    if [[ " ${optional_test_packages[*]} " == *" $package "* ]] && ! apt-cache show "$package" >/dev/null 2>&1; then
      echo "deps: this release has no package $package: left out" >&2
      continue
    fi
    present+=("$package")
  done
  [ ${#present[@]} -eq 0 ] || apt_get install --no-install-recommends "${present[@]}"
fi
if [ $need_qemu -eq 1 ]; then
  target=()
  candidate=$(apt-cache policy qemu-system-arm | awk '/Candidate:/ { print $2 }')
  if ! dpkg --compare-versions "$candidate" ge "$qemu_min"; then
    uri=$(mirror "$codename")
    if [ -z "$uri" ]; then
      echo "deps: no package mirror for $codename found in the apt sources: add one and run 'make deps' again" >&2
      exit 2
    fi
    list=/etc/apt/sources.list.d/virqlab-backports.list
    echo "deps: adding the suite $codename-backports of this machine's own mirror in $list (for QEMU >= 10.0)"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $codename-backports main" |
      "${as_root[@]}" tee "$list" >/dev/null
    apt_get update
    target=(-t "$codename-backports")
  fi
  apt_get install --no-install-recommends "${target[@]}" \
    qemu-system-arm qemu-system-common qemu-system-data ipxe-qemu
fi

# libfdt for the hypervisor and the guests
if [ $need_fdt -eq 1 ]; then
  echo "deps: fetching the arm64 libfdt-dev into build/deps"
  apt_dir=$top/build/deps/apt
  mkdir -p "$apt_dir" "$fdt_dir"
  apt_arm64_update "$apt_dir"
  (cd "$apt_dir/cache" && apt_arm64 "$apt_dir" apt-get download libfdt-dev)
  for deb in "$apt_dir"/cache/libfdt-dev_*_arm64.deb; do
    dpkg-deb -x "$deb" "$fdt_dir"
  done
  rm -rf "$apt_dir"
fi
