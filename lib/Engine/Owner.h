// SPDX-License-Identifier: Apache-2.0
//
// Users and groups of an image.
#ifndef LLB_ENGINE_OWNER_H
#define LLB_ENGINE_OWNER_H

#include "llb/Engine/Tree.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace llb::engine {

struct PasswdEntry {
  std::string name;
  uint32_t uid;
  uint32_t gid;
  std::string home;
};
struct GroupEntry {
  std::string name;
  uint32_t gid;
  std::vector<std::string> members;
};

/// The file's text; empty if there is none or it is not to be trusted.
std::string readUserFile(const Tree &tree, const std::string &path);
std::vector<PasswdEntry> parsePasswd(std::string_view text);
std::vector<GroupEntry> parseGroup(std::string_view text);
/// A decimal id of 32 bits.
std::optional<uint32_t> parseId(std::string_view text);

} // namespace llb::engine

#endif
