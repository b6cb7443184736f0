#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# buildkit-env.sh DIR COMMAND...: runs COMMAND with a real buildkitd and a
# registry beside it, both on free loopback ports, state under DIR; ends both
# afterwards and exits with COMMAND's status. SNAPSHOTTER is how the daemon keeps
# file systems: native, which works everywhere, or overlayfs, whose layers differ
# from native's where files have several links. COMMAND sees
#   BUILDKIT_HOST   where buildctl finds the daemon
#   REGISTRY        host:port of the registry; it holds library/busybox and
#                   library/alpine, both a static busybox, and the daemon takes
#                   docker.io from it
#   IMAGE_LOCK      an image lock of those images
# TLS, if it is set, is a folder with ca.pem, cert.pem and key.pem: the daemon also
# listens at a port, for clients that have a certificate of that CA, and COMMAND
# sees in BUILDKIT_TLS where. DEBUG=1 has the daemon's log tell of sessions.
# BUILDKITD_PID, BUILDKITD_CONFIG and BUILDKITD_LOG are for who ends the daemon and
# starts it again.
set -euo pipefail
dir=$1
shift
rm -rf "$dir"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${pids[@]}"; do
    # A daemon that is told to end waits for its clients first.
    timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$dir/state" "$sockets"
}
# The path of a socket holds 107 characters, less than a build tree may need.
sockets=$(mktemp -d)
trap finish EXIT

# fail LOG WHAT: says what did not start, with the end of its log.
fail() {
  echo "no $2:" >&2
  tail -n 5 "$1" >&2
  exit 1
}

# until_ready PID COMMAND...: waits for COMMAND to succeed, two minutes long, while
# the process lives.
until_ready() {
  local pid=$1
  shift
  for _ in $(seq 600); do
    kill -0 "$pid" 2>/dev/null || return 1
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  return 1
}

# port_in LOG WORDS: the port that a server's log names after these words. Servers
# choose their ports, so that nobody else takes them.
port_in() {
  sed -n "s/.*$2 127.0.0.1:\([0-9]*\).*/\1/p" "$1" | head -n 1
}

start_registry() {
  cat >"$dir/registry.yml" <<YML
version: 0.1
storage: {filesystem: {rootdirectory: $dir/state/registry}}
http: {addr: "127.0.0.1:0"}
YML
  docker-registry serve "$dir/registry.yml" >"$dir/registry.log" 2>&1 &
  pids+=($!)
  until_ready $! grep -q 'listening on' "$dir/registry.log" ||
    fail "$dir/registry.log" registry
  REGISTRY=127.0.0.1:$(port_in "$dir/registry.log" "listening on")
  export REGISTRY
}

push_base() {
  local layout="$dir/state/base" root="$dir/state/bundle/rootfs" applet
  umoci init --layout "$layout"
  umoci new --image "$layout:latest"
  umoci unpack --image "$layout:latest" "$dir/state/bundle" >/dev/null 2>&1
  mkdir -p "$root/bin" "$root/etc" "$root/root"
  mkdir -m 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do
    [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
  done
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  umoci repack --image "$layout:latest" "$dir/state/bundle" >/dev/null 2>&1
  umoci config --image "$layout:latest" --config.cmd /bin/sh \
    --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  local name
  for name in busybox alpine; do
    skopeo copy -q --dest-tls-verify=false "oci:$layout:latest" \
      "docker://$REGISTRY/library/$name:latest"
  done
}

# The images' digest and config, as llbc --image-lock reads them.
write_lock() {
  local image="docker://$REGISTRY/library/busybox:latest" digest
  digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "$image")
  export IMAGE_LOCK=$dir/images.lock.json
  skopeo inspect --tls-verify=false --raw --config "$image" |
    jq --arg digest "$digest" '{version: 1, images: [
         ("busybox", "alpine") as $name | {
           ref: "docker.io/library/\($name):latest",
           platform: (.os + "/" + .architecture), digest: $digest, config: .}]}' \
      >"$IMAGE_LOCK"
}

start_buildkitd() {
  export BUILDKIT_HOST=unix://$sockets/buildkitd.sock
  local addresses="\"$BUILDKIT_HOST\"" tls=''
  if [[ -n ${TLS:-} ]]; then
    addresses+=", \"tcp://127.0.0.1:0\""
    tls="[grpc.tls]
  ca = \"$TLS/ca.pem\"
  cert = \"$TLS/cert.pem\"
  key = \"$TLS/key.pem\""
  fi
  cat >"$dir/buildkitd.toml" <<TOML
root = "$dir/state/root"
debug = $([[ -n ${DEBUG:-} ]] && echo true || echo false)
[grpc]
  address = [$addresses]
$tls
[worker.oci]
  snapshotter = "${SNAPSHOTTER:-native}"
  binary = "runc"
  networkMode = "host"
[worker.containerd]
  enabled = false
[registry."docker.io"]
  mirrors = ["$REGISTRY"]
[registry."$REGISTRY"]
  http = true
TOML
  buildkitd --config "$dir/buildkitd.toml" >"$dir/buildkitd.log" 2>&1 &
  pids+=($!)
  export BUILDKITD_PID=$! BUILDKITD_CONFIG=$dir/buildkitd.toml BUILDKITD_LOG=$dir/buildkitd.log
  until_ready $! buildctl debug workers || fail "$dir/buildkitd.log" buildkitd
  [[ -n ${TLS:-} ]] || return 0
  until_ready $! grep -q 'running server on 127' "$dir/buildkitd.log" ||
    fail "$dir/buildkitd.log" "port of buildkitd"
  BUILDKIT_TLS=tcp://127.0.0.1:$(port_in "$dir/buildkitd.log" "running server on")
  export BUILDKIT_TLS
}

mkdir "$dir/state"
start_registry
push_base
write_lock
start_buildkitd
"$@"
