// SPDX-License-Identifier: Apache-2.0
//
// Whether a copy takes a path along, decided from names alone.
#ifndef LLB_CACHEKEY_PATHSELECTION_H
#define LLB_CACHEKEY_PATHSELECTION_H

#include "llb/IR/Ops.h"

#include <optional>
#include <string>

namespace llb::cachekey {

/// Whether the filters of a local source let `path` (clean, relative) through.
/// Paths that are followed let through what is at and below them. Links are not
/// followed: nobody looks into the directory.
bool passesFilters(const ir::Source &source, const std::string &path);

/// Where `copy` puts the file at `path` (clean, absolute), or nothing if it
/// does not take it along. A destination that may be a directory or a file is
/// itself the answer: what is below it may be meant.
std::optional<std::string> destinationOf(const ir::Copy &copy,
                                         const std::string &path);

/// Whether `copy` reads anything at or below `path`, or a directory that
/// `path` is in: for paths below which anything may have changed.
bool readsAround(const ir::Copy &copy, const std::string &path);

} // namespace llb::cachekey

#endif
