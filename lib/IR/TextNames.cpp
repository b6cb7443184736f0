// SPDX-License-Identifier: Apache-2.0
//
// `docker-image://docker.io/library/alpine:3@sha256:…` is %alpine, its second
// variant %alpine_2, and the third operation that is no source %2.
#include "TextNames.h"

#include "llb/Support/Ascii.h"

#include <llvm/ADT/StringMap.h>

namespace llb::ir::text {
namespace {

constexpr size_t maxNameLength = 32;

/// The last part of what an identifier fetches: image, repository, directory
/// or file.
std::string sourceName(std::string_view identifier) {
  std::string_view scheme = identifier.substr(0, identifier.find("://"));
  std::string_view rest = identifier;
  if (scheme.size() != identifier.size())
    rest.remove_prefix(scheme.size() + 3);
  bool image =
      scheme.starts_with("docker-image") || scheme.starts_with("oci-layout");
  rest = rest.substr(0, rest.find_first_of(image ? "@" : "#?"));
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  rest.remove_prefix(rest.rfind('/') + 1);
  if (image)
    rest = rest.substr(0, rest.find(':'));
  if (rest.ends_with(".git"))
    rest.remove_suffix(4);

  std::string name;
  for (char c : rest.substr(0, maxNameLength))
    name += ascii::isLetter(c) || ascii::isDigit(c) ? c : '_';
  // A leading digit would look like the number of an operation.
  if (name.empty() || !ascii::isLetter(name.front()))
    name.insert(0, "source_");
  while (name.ends_with('_'))
    name.pop_back();
  return name;
}

} // namespace

std::vector<std::string> nameNodes(const Module &module) {
  std::vector<std::string> names;
  names.reserve(module.nodes.size());
  llvm::StringMap<unsigned> taken;
  size_t numbered = 0;
  for (const Node &node : module.nodes) {
    const auto *source = std::get_if<Source>(&node.op.body);
    if (!source) {
      names.push_back(std::to_string(numbered++));
      continue;
    }
    std::string name = sourceName(source->identifier);
    // The counter of a name makes the search for a free suffix linear overall.
    unsigned &count = taken[name];
    std::string unique = name;
    for (unsigned suffix = ++count; suffix > 1; ++suffix) {
      unique = name + "_" + std::to_string(suffix);
      count = suffix;
      if (taken.try_emplace(unique, 1).second)
        break;
    }
    names.push_back(std::move(unique));
  }
  return names;
}

} // namespace llb::ir::text
