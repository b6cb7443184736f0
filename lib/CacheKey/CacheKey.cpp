// SPDX-License-Identifier: Apache-2.0
//
// The canonical encoding does the work: it has one form for each operation, and
// naming the inputs by their keys makes keys cover all that is under them.
#include "llb/CacheKey/CacheKey.h"

#include "llb/CacheKey/ContentKey.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Volatile.h"

#include <numeric>

namespace llb::cachekey {
namespace {

/// Keys of another version are other keys.
constexpr std::string_view prefix = "llb-cache-key/2\n";

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

/// Leaves out what does not change the result.
ir::Op stableOf(const ir::Op &op) {
  ir::Op stable = op;
  stable.constraints.reset();
  if (auto *source = std::get_if<ir::Source>(&stable.body)) {
    removeVolatileAttrs(*source);
    return stable;
  }
  if (auto *exec = std::get_if<ir::Exec>(&stable.body)) {
    if (exec->meta)
      exec->meta->proxyEnv.reset();
    return stable;
  }
  // Files are the same for every machine.
  stable.platform.reset();
  return stable;
}

/// Computes the keys of a module; `locals` is empty or has one a node.
Keys compute(const ir::Module &module, const context::LocalContents &locals) {
  Keys result;
  size_t count = module.nodes.size();
  result.keys.reserve(count);
  auto localAt = [&](ir::NodeId id) -> context::Contents * {
    return locals.empty() ? nullptr : locals[id.index];
  };
  for (uint32_t i = 0; i < count; ++i) {
    const ir::Op &op = module.nodes[i].op;
    std::vector<Digest> inputs;
    std::vector<context::InputRead> reads;
    bool open = false;
    for (size_t k = 0; k < op.inputs.size(); ++k) {
      ir::NodeId from = op.inputs[k].node;
      context::Contents *local = localAt(from);
      if (!local) {
        inputs.push_back(result.keys[from.index]);
        open = open || result.open[from.index];
        continue;
      }
      if (reads.empty())
        reads = context::findInputReads(op);
      std::string error;
      inputs.push_back(
          contentKey(*local, selectEntries(local->files(), reads[k], error)));
      if (error.empty())
        continue;
      // What can't be made has no result that a key could stand for.
      open = true;
      const auto &source = std::get<ir::Source>(module[from].op.body);
      result.failures.push_back(
          {{i}, source.identifier.substr(context::localScheme.size()), error});
    }
    Unresolved unresolved = Unresolved::None;
    std::string content;
    if (const auto *source = std::get_if<ir::Source>(&op.body)) {
      unresolved = findUnresolved(*source);
      if (context::Contents *local = localAt({i})) {
        unresolved = Unresolved::None;
        context::InputRead all;
        all.whole = true;
        std::string error;
        content =
            contentKey(*local, selectEntries(local->files(), all, error)).str();
      }
    }
    result.keys.push_back(keyOf(op, std::move(inputs), content));
    result.unresolved.push_back(unresolved);
    result.open.push_back(open || unresolved != Unresolved::None);
  }
  return result;
}

} // namespace

Unresolved findUnresolved(const ir::Source &source) {
  std::string_view identifier = source.identifier;
  if (identifier.starts_with(context::localScheme))
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

Digest keyOf(const ir::Op &op, std::vector<Digest> inputs,
             std::string_view content) {
  ir::Op stable = stableOf(op);
  for (uint32_t i = 0; i < stable.inputs.size(); ++i)
    stable.inputs[i].node = {i};
  std::string bytes(prefix);
  bytes += ir::encodeCanonical(stable, inputs);
  if (!content.empty()) {
    bytes += '\n';
    bytes += content;
  }
  return Digest::of(bytes);
}

Keys computeKeys(const ir::Module &module) { return compute(module, {}); }

llvm::FailureOr<Keys> computeKeys(const ir::Module &module,
                                  const context::LocalContents &locals,
                                  DiagEngine &diags) {
  for (context::Contents *local : locals) {
    if (!local)
      continue;
    std::vector<size_t> all(local->files().entries().size());
    std::iota(all.begin(), all.end(), 0);
    if (failed(context::Locals::read(*local, all, diags)))
      return llvm::failure();
  }
  return compute(module, locals);
}

Digest ownKey(const ir::Op &op) {
  ir::Op alone = op;
  alone.inputs.clear();
  return keyOf(alone, {});
}

} // namespace llb::cachekey
