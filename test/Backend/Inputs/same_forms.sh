#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# same_forms.sh DIR LLBC: builds DIR, a context with a Dockerfile, with buildkitd
# and with LLBC into each form of output, and says how they compare. Runs below
# buildkit-env.sh. Layers are not compressed, since no two compressors write the
# same bytes.
set -euo pipefail
context=$1 llbc=$2
work=$(mktemp -d -p "$(dirname "$IMAGE_LOCK")")
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1600000000
export CONTAINERS_REGISTRIES_CONF=$work/registries.conf
cat >"$CONTAINERS_REGISTRIES_CONF" <<TOML
[[registry]]
prefix = "docker.io"
[[registry.mirror]]
location = "$REGISTRY"
insecure = true
TOML
plain=compression=uncompressed,rewrite-timestamp=true

buildkit() { # OUTPUT PLATFORMS
  buildctl --addr "$BUILDKIT_HOST" build --progress plain --frontend dockerfile.v0 \
    --local "context=$context" --local "dockerfile=$context" \
    --opt "platform=$2" --output "$1" --metadata-file "$work/theirs.json" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

ours() { # OUTPUT PLATFORMS
  local told=(--metadata-file "$work/ours.json")
  [[ $1 != type=tar* && $1 != type=local* ]] || told=()
  "$llbc" --root="$work/store" --progress=quiet \
    --platform="$2" --output "$1" "${told[@]}" "$context/Dockerfile"
}

# What the last build of either told of its image, but for the repository.
metadata() {
  diff <(jq -S . "$work/theirs.json" | sed s,/theirs/,/ours/,) <(jq -S . "$work/ours.json")
}

# Everything about the files of a tree but the times that the platforms' folders
# get when they are written.
listing() {
  (cd "$1" && find . -mindepth 1 ! -name 'linux_*' -printf '%P %y %m %U %G %n %s %T@ %l\n' | sort)
  (cd "$1" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum)
}

same() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then echo "$what: same"; else echo "$what: DIFFERENT"; fi
}

one=linux/amd64 two=linux/amd64,linux/arm64
for platforms in "$one" "$two"; do
  count=$(tr , '\n' <<<"$platforms" | wc -l)
  for type in oci docker tar; do
    [[ $type == docker && $count == 2 ]] && continue
    attrs=type=$type,dest=
    [[ $type == tar ]] || attrs=type=$type,name=reg/app:v1,$plain,dest=
    buildkit "$attrs$work/a" "$platforms"
    ours "$attrs$work/b" "$platforms"
    same "$type $count" cmp "$work/a" "$work/b"
    [[ $type == tar ]] || same "metadata of $type $count" metadata
  done
  buildkit "type=local,dest=$work/c" "$platforms"
  ours "type=local,dest=$work/d" "$platforms"
  same "local $count" diff <(listing "$work/c") <(listing "$work/d")
  for name in ,name=reg/app:v1 ,name=reg/app:v2 ""; do
    buildkit "type=oci,tar=false,dest=$work/e$name,$plain" "$platforms"
    ours "type=oci,tar=false,dest=$work/f$name,$plain" "$platforms"
  done
  rm -rf "$work/e/ingest"
  same "layout $count" diff -r "$work/e" "$work/f"
  for kind in compression=gzip compression=zstd oci-mediatypes=false \
    compression=zstd,force-compression=true; do
    buildkit "type=oci,dest=$work/a,rewrite-timestamp=true,$kind" "$platforms"
    ours "type=oci,dest=$work/b,rewrite-timestamp=true,$kind" "$platforms"
    for side in a b; do
      rm -rf "$work/$side.dir" && mkdir "$work/$side.dir"
      skopeo copy -q --all --dest-decompress "oci-archive:$work/$side" "dir:$work/$side.dir"
      rm -f "$work/$side.dir/version"
    done
    same "$kind $count" diff -r <(cd "$work/a.dir" && ls) <(cd "$work/b.dir" && ls)
  done
  rm -rf "$work/c" "$work/d" "$work/e" "$work/f"
  buildkit "type=image,name=$REGISTRY/theirs/app:v1,push=true,$plain" "$platforms"
  ours "type=image,name=$REGISTRY/ours/app:v1,push=true,registry.insecure=true,$plain" \
    "$platforms"
  for side in theirs ours; do
    skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/$side/app:v1" >"$work/$side"
  done
  same "registry $count" cmp "$work/theirs" "$work/ours"
  same "metadata of registry $count" metadata
done

# The base image's layer has another compression, and the tar that it had.
buildkit "type=oci,dest=$work/a,$plain,force-compression=true" "$one"
ours "type=oci,dest=$work/b,$plain,force-compression=true" "$one"
same "force-compression 1" cmp "$work/a" "$work/b"

notes='annotation.a=<1>,annotation-manifest[linux/amd64].b=2,annotation-manifest-descriptor.c=3'
index="$notes,annotation-index.d=4,annotation-index-descriptor.e=5"
buildkit "type=oci,dest=$work/a,$plain,$notes" "$one"
ours "type=oci,dest=$work/b,$plain,$notes" "$one"
same "annotations 1" cmp "$work/a" "$work/b"
same "metadata of annotations 1" metadata
buildkit "type=oci,dest=$work/a,$plain,$index" "$two"
ours "type=oci,dest=$work/b,$plain,$index" "$two"
same "annotations 2" cmp "$work/a" "$work/b"
same "metadata of annotations 2" metadata

# The daemon understands the same words from llbc.
"$llbc" --builder=buildkit --progress=quiet --platform="$two" --output "type=oci,dest=$work/b,$plain,$index" \
  --output "type=image,name=$REGISTRY/daemon/app:v1,push=true,$plain" "$context/Dockerfile"
skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/daemon/app:v1" >"$work/daemon"
same "daemon 2" cmp "$work/a" "$work/b"
same "daemon, registry 2" cmp "$work/theirs" "$work/daemon"

# What was pushed is a base image for BuildKit.
mkdir "$work/next"
printf 'FROM %s/ours/app:v1\nRUN ["/bin/busybox", "test", "-f", "/a"]\n' "$REGISTRY" \
  >"$work/next/Dockerfile"
context=$work/next
same "base image" buildkit "type=tar,dest=$work/a" "$one"

# Without other layers no time matters.
echo 'FROM busybox' >"$work/next/Dockerfile"
forced=compression=uncompressed,force-compression=true
buildkit "type=oci,dest=$work/a,$forced" "$one"
ours "type=oci,dest=$work/b,$forced" "$one"
same "force-compression of a base image" cmp "$work/a" "$work/b"
