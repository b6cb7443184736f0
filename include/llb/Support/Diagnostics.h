// SPDX-License-Identifier: Apache-2.0
//
// The identity of every message a user can see. The lists themselves are one
// table per area, FrontendDiags.def and so on, and Checks.def; nothing prints
// text that is not in them. A line is LLB_DIAG(Id, Severity, Format): the
// format is fmt's, with positional arguments. Texts in the sections marked
// "BuildKit" are BuildKit v0.32.2's own, to the letter, since tools match on
// them. Elsewhere: lower-case start, no final period, cause before remedy.
// utils/check_diag_coverage.py demands a test for each line.
#ifndef LLB_SUPPORT_DIAGNOSTICS_H
#define LLB_SUPPORT_DIAGNOSTICS_H

#include <cstdint>
#include <string_view>

namespace llb {

/// How bad a message is. Only `Error` makes a run fail.
enum class Severity : uint8_t { Note, Remark, Warning, Error };

/// The number of a message; headers such as FrontendDiags.h name them. Each
/// area has a header of its own, so that a new message rebuilds what speaks of
/// its area and nothing else.
using DiagId = uint16_t;

namespace diag {

/// What a message is about. Area X has the table XDiags.def and the header
/// XDiags.h; the build checks have Checks.def and CheckDiags.h.
enum class Area : uint8_t { Tool, Frontend, Lower, IR, Passes, Build, Check };

constexpr unsigned numAreas = static_cast<unsigned>(Area::Check) + 1;

/// How many ids an area has room for.
constexpr DiagId areaSize = 256;

/// The id of an area's first message; 0 is the id of none.
constexpr DiagId firstOf(Area area) {
  return static_cast<DiagId>(areaSize * (static_cast<unsigned>(area) + 1));
}

} // namespace diag

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

/// `id` must be one of a table.
const DiagInfo &diagInfo(DiagId id);

/// The check behind `id`, or null if `id` is an ordinary diagnostic.
const CheckInfo *checkInfo(DiagId id);

} // namespace llb

#endif
