// SPDX-License-Identifier: Apache-2.0
//
// Numbers are not checked against the signals that exist: 999 and -1 pass.
#include "llb/Support/Signal.h"

#include "llb/Support/GoText.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <string>

namespace llb {
namespace {

constexpr std::string_view names[] = {
    "ABRT",   "ALRM",  "BUS",   "CHLD",  "CLD",  "CONT",   "FPE",  "HUP",
    "ILL",    "INT",   "IO",    "IOT",   "KILL", "PIPE",   "POLL", "PROF",
    "PWR",    "QUIT",  "RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS",
    "TERM",   "TRAP",  "TSTP",  "TTIN",  "TTOU", "URG",    "USR1", "USR2",
    "VTALRM", "WINCH", "XCPU",  "XFSZ"};

/// `RTMIN+1` to `RTMIN+15` and `RTMAX-1` to `RTMAX-14`.
bool isRealTimeOffset(std::string_view name) {
  int last = name.starts_with("RTMIN+")   ? 15
             : name.starts_with("RTMAX-") ? 14
                                          : 0;
  for (int offset = 1; offset <= last; ++offset)
    if (name.substr(6) == std::to_string(offset))
      return true;
  return false;
}

} // namespace

bool isKnownSignal(std::string_view text) {
  go::Parsed<int64_t> number = go::parseAtoi(text);
  if (number.ok())
    return number.value != 0;
  std::string upper = unicode::toUpper(text);
  std::string_view name = upper;
  if (name.starts_with("SIG"))
    name.remove_prefix(3);
  return std::find(std::begin(names), std::end(names), name) !=
             std::end(names) ||
         isRealTimeOffset(name);
}

} // namespace llb
