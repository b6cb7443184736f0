// SPDX-License-Identifier: Apache-2.0
//
// The values of RUN's `--mount` and `--device` flags. A mount is read twice:
// when the file is parsed, where variables have no values yet and only `from`
// is looked at, and again when the instruction is lowered, with every value
// expanded (BuildKit v0.32.2, dockerfile/instructions).
#ifndef LLB_AST_MOUNT_H
#define LLB_AST_MOUNT_H

#include "llb/Support/DiagEngine.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <optional>
#include <string>
#include <string_view>

namespace llb::ast {

enum class MountType : uint8_t { Bind, Cache, Tmpfs, Secret, Ssh };
enum class MountSharing : uint8_t { Unset, Shared, Private, Locked };

struct Mount {
  MountType type = MountType::Bind;
  /// Stage or image; empty is the build context.
  std::string from;
  std::string source;
  std::string target;
  bool readOnly = false;
  /// Of a tmpfs, in bytes; 0 is the kernel's default.
  int64_t sizeLimit = 0;
  /// `id` of a cache, a secret or an ssh agent.
  std::string id;
  MountSharing sharing = MountSharing::Unset;
  bool required = false;
  /// Variable that a secret becomes.
  std::optional<std::string> env;
  std::optional<uint32_t> mode;
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
};

/// Expands one value; on failure returns nothing and sets `error`.
using ValueExpander = llvm::function_ref<std::optional<std::string>(
    std::string_view value, std::string &error)>;

/// Reads the value of `--mount`. Without `expand` everything but `from` is left
/// for later. On failure returns nothing, and `fault`, without places, says why
/// at `range`.
std::optional<Mount> parseMount(std::string_view text, ValueExpander expand,
                                llvm::SMRange range, Diagnostic &fault);

/// A CDI device that a RUN asks for.
struct Device {
  std::string name;
  bool required = false;
};

/// Reads the value of `--device`; fails as `parseMount` does.
std::optional<Device> parseDevice(std::string_view text, llvm::SMRange range,
                                  Diagnostic &fault);

} // namespace llb::ast

#endif
