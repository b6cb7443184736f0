// SPDX-License-Identifier: Apache-2.0
//
// The identity of every message a user can see. The list itself is
// Diagnostics.def and Checks.def; nothing prints text that is not in them.
#ifndef LLB_SUPPORT_DIAGNOSTICS_H
#define LLB_SUPPORT_DIAGNOSTICS_H

#include <cstdint>
#include <string_view>

namespace llb {

/// How bad a message is. Only `Error` makes a run fail.
enum class Severity : uint8_t { Note, Remark, Warning, Error };

/// One enumerator per line of Diagnostics.def, then one per build check.
enum class DiagId : uint16_t {
#define LLB_DIAG(Id, Severity, Format) Id,
#include "llb/Support/Diagnostics.def"
#define LLB_CHECK(Id, Slug, Experimental, Format, Description) Id,
#include "llb/Support/Checks.def"
};

/// What the tables say of one message.
struct DiagInfo {
  /// Kebab-case tag printed in brackets, made from the enumerator.
  std::string_view tag;
  Severity severity;
  /// fmt format string with positional arguments only.
  std::string_view format;
  /// The format of the remedy, empty if there is none.
  std::string_view remedy;
};

/// What Checks.def says of one build check (BuildKit v0.32.2, linter rules).
struct CheckInfo {
  /// Rule name as BuildKit spells it: `StageNameCasing`.
  std::string_view rule;
  std::string_view description;
  /// Documentation page, empty where BuildKit gives none.
  std::string_view url;
  bool experimental;
};

const DiagInfo &diagInfo(DiagId id);

/// The check behind `id`, or null if `id` is an ordinary diagnostic.
const CheckInfo *checkInfo(DiagId id);

/// The number of diagnostics and checks; ids are below it.
unsigned diagCount();

} // namespace llb

#endif
