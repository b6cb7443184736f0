// SPDX-License-Identifier: Apache-2.0
//
// The canonical encoding does the work: it has one form for each operation, and
// naming the inputs by their keys makes keys cover all that is under them.
#include "llb/CacheKey/CacheKey.h"

#include "llb/IR/Binary.h"
#include "llb/IR/Volatile.h"

namespace llb::cachekey {
namespace {

/// Keys of another version are other keys.
constexpr std::string_view prefix = "llb-cache-key/1\n";

bool isHex(std::string_view text, size_t size) {
  if (text.size() != size)
    return false;
  for (char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
      return false;
  return true;
}

bool hasAttr(const ir::Source &source, const char *name) {
  auto attr = source.attrs.find(name);
  return attr != source.attrs.end() && !attr->second.empty();
}

/// `git://host/path#REF[:subdir]` with a whole commit as REF.
bool namesCommit(std::string_view identifier) {
  size_t hash = identifier.find('#');
  if (hash == std::string_view::npos)
    return false;
  std::string_view ref = identifier.substr(hash + 1);
  ref = ref.substr(0, ref.find(':'));
  return isHex(ref, 40) || isHex(ref, 64);
}

Unresolved unresolvedPart(const ir::Source &source) {
  std::string_view identifier = source.identifier;
  if (identifier.starts_with("local://"))
    return Unresolved::Local;
  bool fixed = true;
  if (identifier.starts_with("docker-image") ||
      identifier.starts_with("oci-layout"))
    fixed = identifier.find("@sha256:") != std::string_view::npos ||
            hasAttr(source, "image.checksum");
  else if (identifier.starts_with("git://"))
    fixed = namesCommit(identifier) || hasAttr(source, "git.checksum");
  else if (identifier.starts_with("http"))
    fixed = hasAttr(source, "http.checksum");
  return fixed ? Unresolved::None : Unresolved::Floating;
}

std::string encode(const ir::Op &op, const std::vector<Digest> &keys) {
  const auto *source = std::get_if<ir::Source>(&op.body);
  if (!source || !hasVolatileAttrs(*source))
    return ir::encodeCanonical(op, keys);
  ir::Op stable = op;
  removeVolatileAttrs(std::get<ir::Source>(stable.body));
  return ir::encodeCanonical(stable, keys);
}

} // namespace

Keys computeKeys(const ir::Module &module) {
  Keys result;
  result.keys.reserve(module.nodes.size());
  for (const ir::Node &node : module.nodes) {
    std::string bytes(prefix);
    bytes += encode(node.op, result.keys);
    result.keys.push_back(Digest::of(bytes));
    const auto *source = std::get_if<ir::Source>(&node.op.body);
    result.unresolved.push_back(source ? unresolvedPart(*source)
                                       : Unresolved::None);
    bool open = result.unresolved.back() != Unresolved::None;
    for (const ir::ValueId &input : node.op.inputs)
      open = open || result.open[input.node.index];
    result.open.push_back(open);
  }
  return result;
}

Digest ownKey(const ir::Op &op) {
  ir::Op alone = op;
  alone.inputs.clear();
  std::string bytes(prefix);
  bytes += encode(alone, {});
  return Digest::of(bytes);
}

} // namespace llb::cachekey
