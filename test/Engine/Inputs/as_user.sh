#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# as_user.sh FOLDER IDS COMMAND...: runs COMMAND as an ordinary user whom the machine
# does not have: in a mount namespace where the user's name and the ids lent to it
# are. IDS is `ids`, `none`, or `no-program`: without newuidmap as well. FOLDER is the
# user's, and its home; llbc is copied there, since the build tree may be closed to
# others. The user may open /dev/fuse, as on most machines.
set -euo pipefail
if [[ ${1-} != --inside ]]; then
  exec unshare --mount -- "$0" --inside "$@"
fi
folder=$2 ids=$3
shift 3
uid=54321
mkdir -p "$folder/bin"
files=$(mktemp -d)
trap 'umount -l "$files" 2>/dev/null || true; rm -rf "$files"' EXIT
cp "$(command -v llbc)" "$(command -v llbc-build)" "$folder/bin"
chown "$uid:$uid" "$folder"
{ cat /etc/passwd; echo "someone:x:$uid:$uid::$folder:/bin/sh"; } >"$files/passwd"
{ cat /etc/group; echo "someone:x:$uid:"; } >"$files/group"
for name in subuid subgid; do
  touch "$files/$name"
  [[ $ids != ids ]] || echo "someone:200000:65536" >"$files/$name"
  [[ -e /etc/$name ]] || touch "/etc/$name"
done
chmod 755 "$files"
chmod 644 "$files"/*
for name in passwd group subuid subgid; do
  mount --bind "$files/$name" "/etc/$name"
done
if [[ -c /dev/fuse ]] && mknod -m 666 "$files/fuse" c 10 229; then
  mount --bind "$files/fuse" /dev/fuse
fi
if [[ $ids == no-program ]]; then
  mount -t tmpfs tmpfs "$files"
  cp -a /usr/bin/. "$files"
  rm "$files/newuidmap"
  mount --bind "$files" /usr/bin
fi
cd "$folder"
status=0
setpriv --reuid "$uid" --regid "$uid" --clear-groups env HOME="$folder" XDG_DATA_HOME= \
  PATH="$folder/bin:$PATH" "$@" || status=$?
exit "$status"
