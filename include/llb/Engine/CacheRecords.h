// SPDX-License-Identifier: Apache-2.0
//
// What steps made, by cache key, in a form that leaves the machine
// (docs/CacheKeys.md, "Shared caches"). Reading is strict and bounded: records
// come from whoever could write where they lie.
#ifndef LLB_ENGINE_CACHERECORDS_H
#define LLB_ENGINE_CACHERECORDS_H

#include "llb/Registry/Client.h"

#include <llvm/Support/Error.h>
#include <map>

namespace llb::engine {

/// Media type of records as a file of their own.
inline constexpr const char *cacheConfigType =
    "application/vnd.llbc.cache.config.v1+json";
/// Member of an image's config that has records of its layers.
inline constexpr const char *inlineCacheMember = "llbc.cache.v1";
/// Longer records are not read.
inline constexpr size_t maxCacheRecordBytes = size_t(8) << 20;

struct CacheLayer {
  registry::Descriptor blob;
  std::string diffId;
  /// As Index::findBlob has it, without a change of times.
  std::string form;
  /// Nanoseconds since 1970.
  int64_t created = 0;
  std::string description;
  /// The layers it was made upon, from bottom to top: indexes smaller than its
  /// own.
  std::vector<size_t> below;
};

struct CacheRecords {
  std::vector<CacheLayer> layers;
  /// Layers of results by their names (resultName).
  std::map<std::string, std::vector<size_t>> results;

  /// Canonical JSON. `inlined` leaves out what the image's manifest says.
  std::string json(bool inlined = false) const;
  /// What tells a layer from others, with all that is below; `known` has the
  /// identities of the layers before it.
  static std::string identityOf(const CacheLayer &layer,
                                const std::vector<std::string> &known);
  /// Those of all layers.
  std::vector<std::string> identities() const;

  /// Reads a whole file of records.
  static llvm::Expected<CacheRecords> parse(std::string_view json);
  /// Reads the records in an image's config; its manifest has these layers. No
  /// records, if there is no such member.
  static llvm::Expected<CacheRecords>
  parseInline(std::string_view config,
              const std::vector<registry::Descriptor> &layers);
};

} // namespace llb::engine

#endif
