// SPDX-License-Identifier: Apache-2.0
//
// From what was lowered to a result that the daemon builds.
#ifndef LLB_GATEWAY_SOLVE_H
#define LLB_GATEWAY_SOLVE_H

#include "llb/Gateway/Bridge.h"
#include "llb/Lower/Lower.h"

namespace llb::gateway {

/// The caches that options `cache-imports` and `cache-from` name; on failure
/// sets `error`.
std::vector<CacheImport>
parseCacheImports(const std::map<std::string, std::string> &opts,
                  std::string &error);

/// The first capability that an operation needs and the daemon lacks, empty if
/// there is none.
std::string missingCap(const ir::Module &module, const Peer &peer);

/// Whether the first bytes of a file are those of an archive (BuildKit
/// v0.32.2, dockerui isArchive).
bool isArchive(std::string_view header);

/// Hands the definitions of all images to the daemon. On failure sets
/// `failure`.
std::optional<Result>
solveImages(Bridge &bridge, const Peer &peer, const lower::Lowered &lowered,
            const std::map<std::string, std::string> &opts, Failure &failure);

} // namespace llb::gateway

#endif
