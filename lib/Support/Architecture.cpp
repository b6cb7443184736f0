// SPDX-License-Identifier: Apache-2.0
//
// The table of architectures and how ELF headers name them.
#include "llb/Support/Architecture.h"

#include "llb/Support/Unicode.h"

#include <algorithm>
#include <cstddef>
#include <elf.h>

namespace llb {
namespace {

constexpr Architecture architectures[] = {
#define LLB_ARCHITECTURE(Name, Bits, Order, Number, Qemu, Runs)                \
  {Name, Bits, ByteOrder::Order, Number, Qemu, Runs},
#include "llb/Support/Architectures.def"
};

struct Alias {
  std::string_view spelling, name;
  const char *variant;
};
constexpr Alias aliases[] = {
#define LLB_ARCHITECTURE_ALIAS(Spelling, Name, Variant)                        \
  {Spelling, Name, Variant},
#include "llb/Support/Architectures.def"
};

struct Variant {
  std::string_view name, spelling, variant;
};
constexpr Variant variants[] = {
#define LLB_VARIANT(Name, Spelling, Variant) {Name, Spelling, Variant},
#include "llb/Support/Architectures.def"
};

} // namespace

const Architecture *findArchitecture(std::string_view name) {
  const auto *found = std::find_if(
      std::begin(architectures), std::end(architectures),
      [&](const Architecture &entry) { return entry.name == name; });
  return found == std::end(architectures) ? nullptr : found;
}

const Architecture *architectureOfProgram(std::string_view head) {
  constexpr size_t numberAt = offsetof(Elf64_Ehdr, e_machine);
  static_assert(numberAt == offsetof(Elf32_Ehdr, e_machine));
  if (head.size() < numberAt + 2 ||
      !head.starts_with(std::string_view(ELFMAG, SELFMAG)))
    return nullptr;
  ByteOrder order =
      head[EI_DATA] == ELFDATA2MSB ? ByteOrder::Big : ByteOrder::Little;
  unsigned bits = head[EI_CLASS] == ELFCLASS32 ? 32 : 64;
  auto byte = [&](size_t at) { return static_cast<uint8_t>(head[at]); };
  unsigned first = byte(numberAt), second = byte(numberAt + 1);
  unsigned number =
      order == ByteOrder::Big ? first << 8 | second : second << 8 | first;
  for (const Architecture &entry : architectures)
    if (entry.elfNumber && entry.elfNumber == number && entry.bits == bits &&
        entry.order == order)
      return &entry;
  return nullptr;
}

void normalizeArchitecture(std::string &name, std::string &variant) {
  name = unicode::toLower(name);
  variant = unicode::toLower(variant);
  for (const Alias &alias : aliases)
    if (name == alias.spelling) {
      name = alias.name;
      if (alias.variant)
        variant = alias.variant;
      break;
    }
  for (const Variant &known : variants)
    if (name == known.name && variant == known.spelling) {
      variant = known.variant;
      break;
    }
}

} // namespace llb
