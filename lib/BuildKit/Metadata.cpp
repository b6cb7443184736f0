// SPDX-License-Identifier: Apache-2.0
//
// A multimap keeps the values of one name in the order in which they came.
#include "Metadata.h"

#include "llb/Support/GoText.h"
#include "llb/Support/GoUrl.h"

namespace llb::buildkit {

std::vector<std::string> Metadata::all(const std::string &key) const {
  auto flag = headers.find(key + "-encoded");
  bool encoded = flag != headers.end() && go::parseBool(flag->second).value;
  std::vector<std::string> result;
  auto [begin, end] = headers.equal_range(key);
  for (auto at = begin; at != end; ++at) {
    std::string value = at->second;
    if (encoded)
      if (auto pairs = go::parseUrlQuery("x=" + value); pairs.size() == 1)
        value = pairs.front().second.front();
    result.push_back(std::move(value));
  }
  return result;
}

std::string Metadata::first(const std::string &key) const {
  auto found = headers.find(key);
  return found == headers.end() ? std::string() : found->second;
}

} // namespace llb::buildkit
