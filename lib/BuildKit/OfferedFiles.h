// SPDX-License-Identifier: Apache-2.0
//
// Which files a daemon was told of and may ask for. It may do so long after, so
// all are kept: their names one after the other, their directories once.
#ifndef LLB_BUILDKIT_OFFEREDFILES_H
#define LLB_BUILDKIT_OFFEREDFILES_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::buildkit {

class OfferedFiles {
public:
  /// The number of one more entry of a walk. It may be asked for if `isFile`.
  uint32_t add(std::string_view path, bool isFile);
  /// The path of an entry that is asked for, which is possible once; nothing if
  /// it was not offered.
  std::optional<std::string> take(uint32_t id);

private:
  struct Entry {
    size_t name;
    uint32_t folder;
    uint16_t length;
    bool isOffered;
  };

  std::vector<Entry> entries;
  std::string names;
  /// With a slash, or empty.
  std::vector<std::string> folders;
};

} // namespace llb::buildkit

#endif
