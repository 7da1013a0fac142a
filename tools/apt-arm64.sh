# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced: arm64 packages by an apt of its own, so that dpkg needs no foreign architecture. Its state lies in a directory
# of the caller's choice; the mirror is the one that this machine already uses.

# The mirror that serves main of the suite or codename $1, from deb822 or one-line sources; empty when there is none.
mirror() {
  # shellcheck disable=SC2016  # the format's variables are apt's
  apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(SUITE)|$(CODENAME) $(REPO_URI)' 2>/dev/null |
    awk -v c="$1" '$1 == "Packages" && $2 == "main" { split($3, s, "|"); if (s[1] == c || s[2] == c) { print $4; exit } }'
}

# An apt command on the state in $1.
apt_arm64() {
  local dir=$1 command=$2
  shift 2
  "$command" -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$dir" \
    -o Dir::State::lists="$dir/lists" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
    -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root \
    "$@" </dev/null
}

# Lays out the state in $1 and fetches the index of the suite $2 (default: the running release), which the mirror of the
# running release is taken to have. Fails when no mirror answers.
apt_arm64_update() {
  local dir=$1 suite=${2:-} codename uri
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")
  uri=$(mirror "$codename")
  [ -n "$uri" ] || return 1
  mkdir -p "$dir"/lists/partial "$dir"/cache/archives/partial
  : >"$dir/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri ${suite:-$codename} main" >"$dir/sources.list"
  apt_arm64 "$dir" apt-get -o APT::Update::Error-Mode=any -o Acquire::Retries=0 update
}
