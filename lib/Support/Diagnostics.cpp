// SPDX-License-Identifier: Apache-2.0
//
// The tables behind DiagId. The tag is derived from the enumerator, so that a
// new line in the .def file is all a new message needs.
#include "llb/Support/Diagnostics.h"

#include "llb/Support/BuildDiags.h"
#include "llb/Support/CheckDiags.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/IRDiags.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/PassesDiags.h"
#include "llb/Support/ToolDiags.h"

#include <array>
#include <cassert>
#include <cctype>
#include <string>

namespace llb {
namespace {

constexpr std::string_view ruleUrlBase =
    "https://docs.docker.com/go/dockerfile/rule/";

struct RawDiag {
  DiagId id;
  std::string_view name;
  Severity severity;
  std::string_view format;
};

// Each table undefines the macro at its end.
#define LLB_RAW_DIAG(Id, Sev, Format) {diag::Id, #Id, Severity::Sev, Format},
constexpr RawDiag rawDiags[] = {
#define LLB_DIAG LLB_RAW_DIAG
#include "llb/Support/ToolDiags.def"
#define LLB_DIAG LLB_RAW_DIAG
#include "llb/Support/FrontendDiags.def"
#define LLB_DIAG LLB_RAW_DIAG
#include "llb/Support/LowerDiags.def"
#define LLB_DIAG LLB_RAW_DIAG
#include "llb/Support/IRDiags.def"
#define LLB_DIAG LLB_RAW_DIAG
#include "llb/Support/PassesDiags.def"
#define LLB_DIAG LLB_RAW_DIAG
#include "llb/Support/BuildDiags.def"
#define LLB_CHECK(Id, Slug, Experimental, Format, Description)                 \
  LLB_RAW_DIAG(Id, Warning, Format)
#include "llb/Support/Checks.def"
};
#undef LLB_RAW_DIAG

struct RawCheck {
  std::string_view rule;
  std::string_view slug;
  bool experimental;
  std::string_view description;
};

constexpr RawCheck rawChecks[] = {
#define LLB_CHECK(Id, Slug, Experimental, Format, Description)                 \
  {#Id, Slug, Experimental, Description},
#include "llb/Support/Checks.def"
};

constexpr DiagId firstId = diag::firstOf(diag::Area::Tool);
constexpr DiagId firstCheck = diag::firstOf(diag::Area::Check);
constexpr unsigned numChecks = std::size(rawChecks);

/// Ids of one area after the other; an area need not fill its room.
constexpr unsigned numIds = diag::areaSize * diag::numAreas;

/// Whether each area stays inside its room: the next one begins above it, and
/// the last one ends in time.
constexpr bool areasHold() {
  for (size_t i = 1; i < std::size(rawDiags); ++i)
    if (rawDiags[i].id <= rawDiags[i - 1].id)
      return false;
  return std::end(rawDiags)[-1].id - firstId < static_cast<int>(numIds);
}
static_assert(areasHold(), "an area has more messages than ids");

/// `CannotRead` becomes `cannot-read`; runs of capitals stay together.
std::string kebab(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    bool upper = std::isupper(static_cast<unsigned char>(name[i]));
    bool afterLower =
        i > 0 && !std::isupper(static_cast<unsigned char>(name[i - 1]));
    bool beforeLower = i > 0 && i + 1 < name.size() &&
                       std::islower(static_cast<unsigned char>(name[i + 1]));
    if (upper && (afterLower || beforeLower))
      out += '-';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return out;
}

struct Tables {
  std::array<std::string, numIds> tags;
  std::array<DiagInfo, numIds> infos = {};
  std::array<std::string, numChecks> urls;
  std::array<CheckInfo, numChecks> checks;

  Tables() {
    for (const RawDiag &raw : rawDiags) {
      size_t i = raw.id - firstId;
      tags[i] = kebab(raw.name);
      infos[i] = {tags[i], raw.severity, raw.format, {}};
    }
#define LLB_REMEDY(Id, Format) infos[diag::Id - firstId].remedy = Format;
#include "llb/Support/Remedies.def"
    for (unsigned i = 0; i < numChecks; ++i) {
      if (!rawChecks[i].slug.empty())
        urls[i] =
            std::string(ruleUrlBase) + std::string(rawChecks[i].slug) + "/";
      checks[i] = {rawChecks[i].rule, rawChecks[i].description, urls[i],
                   rawChecks[i].experimental};
    }
  }
};

const Tables &tables() {
  static const Tables instance;
  return instance;
}

} // namespace

const DiagInfo &diagInfo(DiagId id) {
  assert(id >= firstId && id - firstId < static_cast<int>(numIds) &&
         "id of no area");
  return tables().infos[id - firstId];
}

const CheckInfo *checkInfo(DiagId id) {
  return id < firstCheck ? nullptr : &tables().checks[id - firstCheck];
}

} // namespace llb
