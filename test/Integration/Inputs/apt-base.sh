#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# apt-base.sh NAME: pushes library/NAME:latest to $REGISTRY, an image in which
# this machine's own apt and dpkg work and no package is installed, and adds it
# to $IMAGE_LOCK. Everything else in it is busybox.
set -euo pipefail
name=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
layout=$work/layout
root=$work/bundle/rootfs

umoci init --layout "$layout"
umoci new --image "$layout:latest"
umoci unpack --image "$layout:latest" "$work/bundle" >/dev/null 2>&1
mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,root,etc/apt/apt.conf.d,etc/apt/sources.list.d,etc/apt/preferences.d}
mkdir -p "$root"/var/{lib/dpkg/{info,updates,triggers},lib/apt,cache/apt,log/apt}
mkdir -m 1777 "$root/tmp"
for dir in bin sbin lib lib64; do ln -s usr/$dir "$root/$dir"; done
touch "$root"/var/lib/dpkg/{status,available}

cp /bin/busybox "$root/usr/bin/busybox"
for applet in $(/bin/busybox --list); do
  case $applet in dpkg | dpkg-deb | busybox) ;; *) ln -s busybox "$root/usr/bin/$applet" ;; esac
done
programs=(apt-get apt-config apt-key dpkg dpkg-deb dpkg-split dpkg-query gpgv base64 tar bash)
for program in "${programs[@]}"; do
  rm -f "$root/usr/bin/$program"
  cp "$(command -v "$program")" "$root/usr/bin/$program"
done
rm -f "$root/usr/bin/sh"
ln -s bash "$root/usr/bin/sh"
cp /usr/sbin/ldconfig "$root/usr/sbin/"
cp -r /usr/lib/apt "$root/usr/lib/"
mkdir -p "$root/usr/share/dpkg"
cp /usr/share/dpkg/{cputable,ostable,tupletable} "$root/usr/share/dpkg/"
{
  for program in "${programs[@]}"; do ldd "$root/usr/bin/$program" || true; done
  find /usr/lib/apt -type f -exec ldd {} \; 2>/dev/null
} | grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$root/usr/${library%/*}"
  cp -L "$library" "$root/usr/$library"
done
# Libraries lie in /lib or /usr/lib, which are one here.
cp -rn "$root"/usr/usr/lib/. "$root/usr/lib/" 2>/dev/null || true
rm -rf "$root/usr/usr"

printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
# What Debian's images have: it would empty the cache after each run.
echo 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };' \
  >"$root/etc/apt/apt.conf.d/docker-clean"

umoci repack --image "$layout:latest" "$work/bundle" >/dev/null 2>&1
umoci config --image "$layout:latest" --config.cmd /bin/sh --config.user nobody \
  --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
image=docker://$REGISTRY/library/$name:latest
skopeo copy -q --dest-tls-verify=false "oci:$layout:latest" "$image"
digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "$image")
skopeo inspect --tls-verify=false --raw --config "$image" |
  jq --arg digest "$digest" --arg ref "docker.io/library/$name:latest" \
    --slurpfile lock "$IMAGE_LOCK" '. as $config | $lock[0] | .images += [{ref: $ref,
      platform: ($config.os + "/" + $config.architecture), digest: $digest, config: $config}]' \
    >"$work/lock.json"
cp "$work/lock.json" "$IMAGE_LOCK"
