#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# same_directories.sh DIRS [N]: run by buildkit-env.sh with SNAPSHOTTER=overlayfs;
# has the embedded engine and a daemon build each directory below DIRS, or each
# Nth, and compares the root file systems: names, types, modes, links, content.
set -uo pipefail
dirs=$1
step=${2:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/registries.conf" <<TOML
[[registry]]
prefix = "docker.io"
location = "docker.io"
[[registry.mirror]]
location = "$REGISTRY"
insecure = true
TOML
export CONTAINERS_REGISTRIES_CONF=$work/registries.conf

list() {
  (cd "$1" && find . -mindepth 1 -printf '%P %M %l %n\n' | LC_ALL=C sort &&
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
}

# build NAME ARGS...: into NAME.d; prints the status.
build() {
  local name=$1
  shift
  rm -rf "$work/$name.d"
  llbc "$@" --progress=quiet --build-arg SOURCE_DATE_EPOCH=7 --emit=dir -o "$work/$name.d" \
    "$dir/Dockerfile" >"$work/$name.log" 2>&1
  echo $?
}

number=0 same=0 refused=0 differ=0
for dir in "$dirs"/*/; do
  number=$((number + 1))
  if ((number % step)) || [[ ! -f $dir/Dockerfile ]]; then continue; fi
  ours=$(build ours --builder=embedded --root="$work/root")
  theirs=$(build theirs --builder=buildkit)
  if [[ $ours != "$theirs" ]]; then
    differ=$((differ + 1))
    echo "$dir: embedded ends with $ours, the daemon with $theirs"
    cat "$work/ours.log" "$work/theirs.log"
  elif [[ $ours != 0 ]]; then
    refused=$((refused + 1))
  elif diff <(list "$work/ours.d") <(list "$work/theirs.d"); then
    same=$((same + 1))
  else
    differ=$((differ + 1))
    echo "$dir: these files differ"
  fi
done
echo "$same the same, $refused refused by both, $differ differ"
