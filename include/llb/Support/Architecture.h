// SPDX-License-Identifier: Apache-2.0
//
// The architectures of Architectures.def.
#ifndef LLB_SUPPORT_ARCHITECTURE_H
#define LLB_SUPPORT_ARCHITECTURE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace llb {

enum class ByteOrder { Little, Big };

/// A line of Architectures.def.
struct Architecture {
  /// As in a platform: `arm64`.
  std::string_view name;
  unsigned bits;
  ByteOrder order;
  /// `e_machine` of its ELF programs; 0 if they cannot be told by it.
  uint16_t elfNumber;
  /// Behind `qemu-` in the name of its emulator; empty if there is none.
  std::string_view qemu;
  /// What else such a machine runs; empty if nothing.
  std::string_view runs;
};

/// Null if no architecture has this name.
const Architecture *findArchitecture(std::string_view name);

/// What an ELF program is for, by its first bytes; null if they are not those
/// of one, or of no architecture here.
const Architecture *architectureOfProgram(std::string_view head);

/// platforms.normalizeArch: other spellings of names and variants.
void normalizeArchitecture(std::string &name, std::string &variant);

} // namespace llb

#endif
