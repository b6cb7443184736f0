#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# frontend-env.sh BIN COMMAND...: run by buildkit-env.sh; pushes the image of
# BIN/llbc-frontend to the registry as llbc/dockerfile, llbc/ick and llbc/mocker
# and runs COMMAND, which sees in FRONTEND the name up to the last part. A program
# that is not static, as a sanitized one, has its libraries in the image.
set -euo pipefail
bin=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export FRONTEND=$REGISTRY/llbc
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$bin/llbc-frontend" "$here/../../../tools/llbc-frontend/Dockerfile" "$context/"
if ldd "$bin/llbc-frontend" >"$context/ldd" 2>&1; then
  mkdir "$context/libraries"
  grep -o '/[^ ]*' "$context/ldd" | while read -r library; do
    cp -L --parents "$library" "$context/libraries"
  done
  echo "COPY libraries /" >>"$context/Dockerfile"
fi
names="$FRONTEND/dockerfile,$FRONTEND/ick,$FRONTEND/mocker"
buildctl build --progress quiet --frontend dockerfile.v0 --local context="$context" \
  --local dockerfile="$context" \
  --output "type=image,\"name=$names\",push=true" >"$context/log" 2>&1 || {
  tail -n 20 "$context/log" >&2
  exit 1
}
"$@"
