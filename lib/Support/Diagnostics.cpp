// SPDX-License-Identifier: Apache-2.0
//
// The tables behind DiagId. The tag is derived from the enumerator, so that a
// new line in the .def file is all a new message needs.
#include "llb/Support/Diagnostics.h"

#include <array>
#include <cassert>
#include <cctype>
#include <string>

namespace llb {
namespace {

constexpr std::string_view ruleUrlBase =
    "https://docs.docker.com/go/dockerfile/rule/";

struct RawDiag {
  std::string_view name;
  Severity severity;
  std::string_view format;
};

constexpr RawDiag rawDiags[] = {
#define LLB_DIAG(Id, Sev, Format) {#Id, Severity::Sev, Format},
#include "llb/Support/Diagnostics.def"
#define LLB_CHECK(Id, Slug, Experimental, Format, Description)                 \
  {#Id, Severity::Warning, Format},
#include "llb/Support/Checks.def"
};

constexpr unsigned numDiags = 0
#define LLB_DIAG(Id, Sev, Format) +1
#include "llb/Support/Diagnostics.def"
    ;

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

constexpr unsigned numAll = std::size(rawDiags);
constexpr unsigned numChecks = std::size(rawChecks);

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
  std::array<std::string, numAll> tags;
  std::array<DiagInfo, numAll> infos;
  std::array<std::string, numChecks> urls;
  std::array<CheckInfo, numChecks> checks;

  Tables() {
    for (unsigned i = 0; i < numAll; ++i) {
      tags[i] = kebab(rawDiags[i].name);
      infos[i] = {tags[i], rawDiags[i].severity, rawDiags[i].format, {}};
    }
#define LLB_REMEDY(Id, Format)                                                 \
  infos[static_cast<unsigned>(DiagId::Id)].remedy = Format;
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
  assert(static_cast<unsigned>(id) < numAll && "id out of the tables");
  return tables().infos[static_cast<unsigned>(id)];
}

const CheckInfo *checkInfo(DiagId id) {
  unsigned index = static_cast<unsigned>(id);
  return index < numDiags ? nullptr : &tables().checks[index - numDiags];
}

unsigned diagCount() { return numAll; }

} // namespace llb
