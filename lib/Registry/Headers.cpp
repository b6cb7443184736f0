// SPDX-License-Identifier: Apache-2.0
//
// RFC 9110 for headers; the OCI distribution spec 1.1 for uploads, whose
// `Range` has no unit; docker's specification for tokens.
#include "Headers.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/GoJson.h"

#include <algorithm>
#include <llvm/ADT/StringRef.h>

namespace llb::registry {

std::optional<std::pair<std::string, std::string>>
parseHeader(std::string_view line) {
  size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  std::string name(line.substr(0, colon));
  for (char &c : name)
    c = ascii::toLower(c);
  std::string_view value = line.substr(colon + 1);
  size_t begin = std::min(value.find_first_not_of(" \t"), value.size());
  value.remove_prefix(begin);
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  return std::pair(std::move(name), std::string(value));
}

int retryAfter(std::string_view value, int most) {
  uint64_t seconds = 0;
  if (llvm::StringRef(value).getAsInteger(10, seconds))
    return 0;
  return static_cast<int>(std::min<uint64_t>(seconds, uint64_t(most)));
}

std::optional<int64_t> uploadedBytes(std::string_view range) {
  size_t dash = range.find('-');
  if (dash == std::string_view::npos)
    return 0;
  uint64_t last = 0;
  if (llvm::StringRef(range.substr(dash + 1)).getAsInteger(10, last) ||
      last >= uint64_t(INT64_MAX))
    return std::nullopt;
  // An upload without a byte is told as 0-0 by some registries.
  return last ? static_cast<int64_t>(last) + 1 : 0;
}

std::string tokenIn(std::string_view body) {
  std::optional<go::JsonValue> answer = go::parseJson(body);
  if (!answer)
    return "";
  std::string token = answer->textOf("token");
  if (token.empty())
    token = answer->textOf("access_token");
  return token.find_first_of("\r\n") == std::string::npos ? token : "";
}

} // namespace llb::registry
