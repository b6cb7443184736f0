// SPDX-License-Identifier: Apache-2.0
//
// The headers of a call that the daemon makes.
#ifndef LLB_BUILDKIT_METADATA_H
#define LLB_BUILDKIT_METADATA_H

#include <map>
#include <string>
#include <vector>

namespace llb::buildkit {

class Metadata {
public:
  void add(std::string key, std::string value) {
    headers.emplace(std::move(key), std::move(value));
  }

  /// The values of `key`, in order. If `key-encoded` says so, they are
  /// unescaped: headers are ASCII.
  std::vector<std::string> all(const std::string &key) const;
  /// The first of them, or nothing.
  std::string first(const std::string &key) const;

private:
  std::multimap<std::string, std::string> headers;
};

} // namespace llb::buildkit

#endif
