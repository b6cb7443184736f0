#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# judges.sh DIR LLBC: builds DIR with LLBC into every form and gives each to
# programs of others, which have to take it and see the same files in it. Runs
# below buildkit-env.sh, for its registry.
set -euo pipefail
context=$1 llbc=$2
work=$(mktemp -d -p "$(dirname "$IMAGE_LOCK")")
sockets=$(mktemp -d)
export SOURCE_DATE_EPOCH=1600000000 DOCKER_HOST=unix://$sockets/docker.sock
daemon=
finish() {
  if [[ -n $daemon ]]; then
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  rm -rf "$work" "$sockets"
}
trap finish EXIT

"$llbc" --root="$work/store" --progress=quiet --rewrite-timestamp -t "$REGISTRY/our/app:v1" \
  --iidfile="$work/id" --output "type=docker,dest=$work/docker.tar" \
  --output "type=oci,dest=$work/zstd.tar,compression=zstd" \
  --output "type=oci,tar=false,dest=$work/layout,name=app:v1" \
  --output "type=local,dest=$work/dir" --output "type=tar,dest=$work/root.tar" \
  --output "type=image,push=true,registry.insecure=true" "$context/Dockerfile"
image=$REGISTRY/our/app:v1 wanted=$(cat "$work/id")

# told WHAT COMMAND...: runs COMMAND, which has to say "it runs" and nothing else.
told() {
  local what=$1 said
  shift
  said=$("$@" 2>"$work/log") || { cat "$work/log" && said=failed; }
  echo "$what: $said"
}

# files WHAT DIR: whether DIR has the files of the directory that llbc wrote.
files() {
  listing() { (cd "$1" && find . -mindepth 1 ! -path './proc*' ! -path './sys*' ! -path './dev*' \
    -printf '%P %y %m %s %l\n' | sort); }
  if diff <(listing "$work/dir") <(listing "$2"); then echo "$1: same files"; fi
}

skopeo inspect "oci-archive:$work/zstd.tar" | jq -r '"skopeo: \(.Layers | length) layers"'
skopeo copy -q "oci-archive:$work/zstd.tar" "dir:$work/copied"
skopeo inspect --config --tls-verify=false "docker://$image" |
  jq -r '"skopeo: \(.architecture), \(.config.Cmd | join(" "))"'

umoci unpack --image "$work/layout:v1" "$work/bundle" >/dev/null 2>&1
files umoci "$work/bundle/rootfs"
mkdir "$work/tar"
tar -xpf "$work/root.tar" -C "$work/tar"
files tar "$work/tar"

buildah() { command buildah --root "$work/buildah" --runroot "$work/run" --storage-driver vfs "$@"; }
for from in "oci-archive:$work/zstd.tar" "docker://$image"; do
  buildah pull -q --tls-verify=false "$from" >/dev/null
  container=$(buildah from -q --pull-never "$image")
  told "buildah, ${from%%:*}" buildah run --isolation=chroot "$container" /bin/tell
  buildah rm "$container" >/dev/null
  buildah rmi -f "$image" >/dev/null
done

# Its mounts end with it.
unshare -m dockerd --data-root="$work/docker" --exec-root="$sockets/exec" -p "$sockets/pid" \
  -H "$DOCKER_HOST" --iptables=false --ip6tables=false --bridge=none --storage-driver=vfs >"$work/dockerd.log" 2>&1 &
daemon=$!
for _ in $(seq 600); do
  docker version >/dev/null 2>&1 && break
  sleep 0.2
done
docker load -q -i "$work/docker.tar" >"$work/log" || cat "$work/dockerd.log"
[[ $(docker image inspect -f '{{.Id}}' "$image") == "$wanted" ]] && echo "docker load: same id"
told "docker run" docker run --rm --network=none "$image"
docker rmi -f "$image" >/dev/null
docker pull -q "$image" >/dev/null
[[ $(docker image inspect -f '{{.Id}}' "$image") == "$wanted" ]] && echo "docker pull: same id"
told "docker run" docker run --rm --network=none "$image"
docker rmi -f "$image" >/dev/null
# As for docker buildx build: no file lies between, whoever builds.
"$llbc" --root="$work/store" --progress=quiet --rewrite-timestamp -t "$image" --load \
  --iidfile="$work/id2" "$context/Dockerfile"
[[ $(docker image inspect -f '{{.Id}}' "$image") == "$wanted" && $(cat "$work/id2") == "$wanted" ]] && echo "load: same id"
told "docker run" docker run --rm --network=none "$image"
docker rmi -f "$image" >/dev/null
"$llbc" --builder=buildkit --progress=quiet --rewrite-timestamp -t "$image" --load "$context/Dockerfile"
told "load from buildkitd" docker run --rm --network=none "$image"
