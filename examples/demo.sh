#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Usage: examples/demo.sh BIN. Compiles the Dockerfile beside this script and
# shows each form of the result, then builds an image and looks into it. Nothing
# is pulled: base images come from images.lock.json, whose digests are made up,
# and the image that is built has none.
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

show() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
compile=("$bin/llbc" --image-lock=images.lock.json --local-unique-id=context)

show "llbc --emit=text --no-metadata --no-locations hello/Dockerfile"
"${compile[@]}" --emit=text --no-metadata --no-locations hello/Dockerfile

show "llbc hello/Dockerfile | dump-llb        # one operation a line, as buildctl prints them"
"${compile[@]}" hello/Dockerfile | "$bin/dump-llb" | cut -c -150

show "llbc --emit=config hello/Dockerfile     # the image's config"
"${compile[@]}" --emit=config hello/Dockerfile

show "llbc --emit=text --no-metadata --no-locations ick/Ickfile    # a Dockerfile in INTERCAL's words"
"${compile[@]}" --emit=text --no-metadata --no-locations ick/Ickfile

show "llbc --emit=text --no-metadata --no-locations mocker/Mockerfile.yaml   # the same from YAML: docs/Mockerfile.md"
"${compile[@]}" --emit=text --no-metadata --no-locations mocker/Mockerfile.yaml

show "llbc broken/Dockerfile                  # what a mistake looks like"
if "${compile[@]}" -o /dev/null broken/Dockerfile; then
  echo "a broken Dockerfile was accepted" >&2
  exit 1
fi

if ((EUID != 0)) || ! unshare -m true; then
  show "llbc --emit=oci image/Dockerfile        # left out: it takes root and mount namespaces"
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
show "llbc --emit=oci --context=build/bin -t demo -o demo.tar image/Dockerfile   # an image, built without a daemon"
build=("$bin/llbc" --emit=oci --root="$work/store" --context="$bin" -t demo image/Dockerfile)
"${build[@]}" --progress=plain -o "$work/demo.tar"

show "llbc --emit=oci … again                 # nothing is done twice"
"${build[@]}" --progress=plain -o "$work/demo.tar"

show "tar -xOf demo.tar index.json"
tar -xOf "$work/demo.tar" index.json
printf '\n'

show "tar -tf demo.tar; and what is in its layers"
tar -tvf "$work/demo.tar"
tar -xf "$work/demo.tar" -C "$work" blobs
for blob in "$work"/blobs/sha256/*; do
  tar -tvzf "$blob" 2>/dev/null || true
done
