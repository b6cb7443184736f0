#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# frontend-env.sh BIN COMMAND...: run by buildkit-env.sh; pushes the image of
# BIN/llbc-frontend to the registry as llbc/dockerfile, llbc/ick and llbc/mocker
# and runs COMMAND, which sees in FRONTEND the name up to the last part.
set -euo pipefail
bin=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export FRONTEND=$REGISTRY/llbc
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$bin/llbc-frontend" "$context/"
names="$FRONTEND/dockerfile,$FRONTEND/ick,$FRONTEND/mocker"
buildctl build --progress quiet --frontend dockerfile.v0 --local context="$context" \
  --local dockerfile="$here/../../../tools/llbc-frontend" \
  --output "type=image,\"name=$names\",push=true" >"$context/log" 2>&1 || {
  tail -n 20 "$context/log" >&2
  exit 1
}
"$@"
