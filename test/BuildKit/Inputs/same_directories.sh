#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# same_directories.sh DIRS [N]: run by buildkit-env.sh with SNAPSHOTTER=overlayfs;
# has the embedded engine and a daemon build each directory below DIRS, or each
# Nth, and compares the root file systems (names, types, modes, links, content) and
# the digests of whole images, whose layers are not compressed and have no times but
# SOURCE_DATE_EPOCH: then nothing of a machine is left in them.
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

embedded=(--builder=embedded --root="$work/root")
daemon=(--builder=buildkit)
# build NAME ARGS...: prints the status.
build() {
  local name=$1
  shift
  llbc "$@" --progress=quiet --build-arg SOURCE_DATE_EPOCH=7 \
    "$dir/Dockerfile" >"$work/$name.log" 2>&1
  echo $?
}
# image NAME ARGS...: the digest of the image.
image() {
  local name=$1
  shift
  build "$name" "$@" --metadata-file="$work/$name.json" \
    --output "type=oci,compression=uncompressed,rewrite-timestamp=true,dest=$work/$name.tar" >/dev/null
  jq -er '."containerimage.digest"' "$work/$name.json" || { echo "$name:"; cat "$work/$name.log"; }
  rm -f "$work/$name.json"
}

number=0 same=0 refused=0 differ=0
for dir in "$dirs"/*/; do
  number=$((number + 1))
  if ((number % step)) || [[ ! -f $dir/Dockerfile ]]; then continue; fi
  rm -rf "$work"/{ours,theirs}.d
  ours=$(build ours "${embedded[@]}" --emit=dir -o "$work/ours.d")
  theirs=$(build theirs "${daemon[@]}" --emit=dir -o "$work/theirs.d")
  if [[ $ours != "$theirs" ]]; then
    differ=$((differ + 1))
    echo "$dir: embedded ends with $ours, the daemon with $theirs"
    cat "$work/ours.log" "$work/theirs.log"
  elif [[ $ours != 0 ]]; then
    refused=$((refused + 1))
  elif ! diff <(list "$work/ours.d") <(list "$work/theirs.d"); then
    differ=$((differ + 1))
    echo "$dir: these files differ"
  elif ! diff <(image ours "${embedded[@]}") <(image theirs "${daemon[@]}"); then
    differ=$((differ + 1))
    echo "$dir: these digests differ"
  else
    same=$((same + 1))
  fi
done
echo "$same the same, $refused refused by both, $differ differ"
