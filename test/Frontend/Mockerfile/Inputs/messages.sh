#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# messages.sh FOLDER: compiles every file of a folder and prints exit status and
# messages.
set -u
cd "$1" || exit 1
for file in *.yaml; do
  messages=$(llbc --frontend=mocker --resolve=never -o /dev/null "$file" 2>&1)
  echo "== $file: $?"
  echo "$messages"
done
