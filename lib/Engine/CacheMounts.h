// SPDX-License-Identifier: Apache-2.0
//
// The folders behind cache mounts, shared by all processes that use the store:
//
//   cache/<sha256 of id>/id         the id
//   cache/<sha256 of id>/<name>/fs  content; the name tells what it began with
//                                   and, of private mounts, which copy it is
//
// Who uses a folder has a lock on it.
#ifndef LLB_ENGINE_CACHEMOUNTS_H
#define LLB_ENGINE_CACHEMOUNTS_H

#include "llb/Engine/Snapshots.h"
#include "llb/IR/Ops.h"

#include <functional>

namespace llb::engine {

/// The id of a cache mount: the one it was given, else its place.
std::string cacheIdOf(const ir::Mount &mount);

/// A folder for as long as it is used; `fs` in it may not exist yet.
struct CacheFolder {
  std::string path;
  UniqueFd lock;
};

/// What a step wants of a cache mount: its content begins as `base`.
struct CacheUse {
  std::string id;
  Snapshot base;
  ir::CacheSharing sharing = ir::CacheSharing::Shared;
};

/// The folder's path, but for the number of a private copy. Who locks several
/// does so in the order of these names.
std::string cacheFolderName(const Store &store, const std::string &id,
                            const Snapshot &base);

/// Locks the folder as the sharing mode says; waits for others until
/// `canceled`, and calls `waiting` once if it has to.
llvm::Expected<CacheFolder>
lockCacheFolder(Store &store, const CacheUse &use,
                const std::function<void()> &waiting,
                const std::function<bool()> &canceled);

/// Who asks for this id from now on finds nothing; who uses it keeps it.
llvm::Error forgetCache(Store &store, const std::string &id);

} // namespace llb::engine

#endif
