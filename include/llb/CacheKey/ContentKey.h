// SPDX-License-Identifier: Apache-2.0
//
// What a step takes of a local directory, and the digest of that.
#ifndef LLB_CACHEKEY_CONTENTKEY_H
#define LLB_CACHEKEY_CONTENTKEY_H

#include "llb/Context/Contents.h"
#include "llb/Context/Reads.h"

namespace llb::cachekey {

/// The entries that a reader's result depends on, in the order of the walk,
/// each once. `error` gets why the reader fails, if it does.
std::vector<size_t> selectEntries(const context::Snapshot &snapshot,
                                  const context::InputRead &read,
                                  std::string &error);

/// One entry as content keys have it. It must have been read.
std::string describeEntry(const context::Contents &contents, size_t entry);

/// Of entries that were read.
Digest contentKey(const context::Contents &contents,
                  const std::vector<size_t> &entries);

} // namespace llb::cachekey

#endif
