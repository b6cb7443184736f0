#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# binfmt.sh HOW COMMAND...: runs COMMAND where programs for arm64 go to
# qemu-aarch64-static: registered with the flag F (HOW is `F`), without (`plain`),
# or with it and then switched off (`off`); `none`: they go nowhere.
# What the machine itself has for them is switched off so long. binfmt_misc is
# mounted in a namespace of this script if the machine has not mounted it.
set -euo pipefail
if [[ ${1-} != --inside ]]; then
  exec unshare --mount -- "$0" --inside "$@"
fi
how=$2
shift 2
table=/proc/sys/fs/binfmt_misc
name=llbc-test-arm64
# The head of an ELF program: 64 bits, little endian, EXEC or DYN, machine 183.
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
[[ -e $table/status ]] || mount -t binfmt_misc binfmt_misc "$table"

off=()
finish() {
  local handler
  [[ ! -e $table/$name ]] || echo -1 >"$table/$name"
  for handler in "${off[@]}"; do
    echo 1 >"$handler"
  done
}
trap finish EXIT
# What a test that was killed has left.
[[ ! -e $table/$name ]] || echo -1 >"$table/$name"
for handler in "$table"/*; do
  if grep -qs '^magic 7f454c460201.*b700$' "$handler" && grep -q '^enabled' "$handler"; then
    off+=("$handler")
    echo 0 >"$handler"
  fi
done
if [[ $how != none ]]; then
  flags=F
  [[ $how != plain ]] || flags=
  echo ":$name:M::$magic:$mask:$(command -v qemu-aarch64-static):$flags" >"$table/register"
fi
if [[ $how == off ]]; then
  echo 0 >"$table/$name"
fi
"$@"
