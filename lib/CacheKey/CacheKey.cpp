// SPDX-License-Identifier: Apache-2.0
//
// The canonical encoding does the work: it has one form for each operation, and
// naming the inputs by their keys makes keys cover all that is under them.
#include "llb/CacheKey/CacheKey.h"

#include "llb/CacheKey/ContentKey.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Volatile.h"
#include "llb/Support/ToolDiags.h"

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
  stable.platform = {};
  return stable;
}

/// Finds the keys of a module, inputs before users.
class Finder {
public:
  Finder(const ir::Module &module, const KnownContent &known)
      : module(module), known(known) {}

  Keys findKeys();
  std::vector<std::vector<size_t>> findCovered();

private:
  context::Contents *localAt(ir::NodeId id) const {
    return known.locals.empty() ? nullptr : known.locals[id.index];
  }
  bool isWanted(uint32_t index) const {
    return known.wanted.empty() || known.wanted[index];
  }
  /// What the input number `k` of `op` brings, by a key or by content.
  Digest findInput(uint32_t index, size_t k);
  std::string findSourceContent(uint32_t index, Unresolved &unresolved) const;

  const ir::Module &module;
  const KnownContent &known;
  Keys result;
  /// What one node takes of its inputs, once somebody has asked.
  uint32_t readsOf = UINT32_MAX;
  std::vector<context::InputRead> reads;

  const context::InputRead &readAt(uint32_t index, size_t k) {
    if (readsOf != index)
      reads = context::findInputReads(module.nodes[index].op);
    readsOf = index;
    return reads[k];
  }
};

Digest Finder::findInput(uint32_t index, size_t k) {
  ir::NodeId from = module.nodes[index].op.inputs[k].node;
  const context::Contents *local = localAt(from);
  if (!local) {
    if (result.open[from.index])
      result.open[index] = true;
    return result.keys[from.index];
  }
  std::string error;
  Digest key = contentKey(
      *local, selectEntries(local->files(), readAt(index, k), error));
  if (!error.empty()) {
    // What can't be made has no result that a key could stand for.
    result.open[index] = true;
    const auto &source = std::get<ir::Source>(module[from].op.body);
    result.failures.push_back(
        {{index},
         source.identifier.substr(context::localScheme.size()),
         error});
  }
  return key;
}

std::vector<size_t> allEntries(const context::Contents &local) {
  std::vector<size_t> all(local.files().entries().size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::string Finder::findSourceContent(uint32_t index,
                                      Unresolved &unresolved) const {
  std::string content;
  if (const context::Contents *local = localAt({index}))
    content = contentKey(*local, allEntries(*local)).str();
  else if (!known.fetched.empty())
    content = known.fetched[index];
  if (!content.empty())
    unresolved = Unresolved::None;
  return content;
}

Keys Finder::findKeys() {
  size_t count = module.nodes.size();
  result.keys.resize(count);
  result.unresolved.resize(count);
  result.open.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    if (!isWanted(i))
      continue;
    const ir::Op &op = module.nodes[i].op;
    std::vector<Digest> inputs;
    for (size_t k = 0; k < op.inputs.size(); ++k)
      inputs.push_back(findInput(i, k));
    std::string content;
    if (const auto *source = std::get_if<ir::Source>(&op.body)) {
      result.unresolved[i] = findUnresolved(*source);
      content = findSourceContent(i, result.unresolved[i]);
    }
    result.keys[i] = keyOf(op, inputs, content);
    if (result.unresolved[i] != Unresolved::None)
      result.open[i] = true;
  }
  return std::move(result);
}

std::vector<std::vector<size_t>> Finder::findCovered() {
  std::vector<std::vector<bool>> taken(module.nodes.size());
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    if (!isWanted(i))
      continue;
    const ir::Op &op = module.nodes[i].op;
    auto take = [&](ir::NodeId from, const std::vector<size_t> &entries) {
      taken[from.index].resize(localAt(from)->files().entries().size());
      for (size_t entry : entries)
        taken[from.index][entry] = true;
    };
    if (const context::Contents *local = localAt({i}))
      take({i}, allEntries(*local));
    for (size_t k = 0; k < op.inputs.size(); ++k) {
      ir::NodeId from = op.inputs[k].node;
      const context::Contents *local = localAt(from);
      // A source that is wanted itself is covered as a whole.
      if (!local || isWanted(from.index))
        continue;
      std::string error;
      take(from, selectEntries(local->files(), readAt(i, k), error));
    }
  }
  std::vector<std::vector<size_t>> covered(taken.size());
  for (size_t i = 0; i < taken.size(); ++i)
    for (size_t entry = 0; entry < taken[i].size(); ++entry)
      if (taken[i][entry])
        covered[i].push_back(entry);
  return covered;
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

Digest keyOf(const ir::Op &op, const std::vector<Digest> &inputs,
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

llvm::FailureOr<KnownContent> KnownContent::of(const ir::Module &module,
                                               context::Locals &locals,
                                               DiagEngine &diags) {
  auto found = locals.find(module, diags);
  if (failed(found))
    return llvm::failure();
  KnownContent known;
  known.locals = std::move(*found);
  return known;
}

void KnownContent::leaveLocalsOut() {
  if (wanted.empty())
    wanted.assign(locals.size(), true);
  for (size_t i = 0; i < locals.size(); ++i)
    if (locals[i])
      wanted[i] = false;
}

void warnOfFailures(const Keys &keys, DiagEngine &diags) {
  for (const ReadFailure &failure : keys.failures)
    diags.report(diag::ContextSelection, {}, failure.context, failure.text);
}

std::vector<std::vector<size_t>> findCovered(const ir::Module &module,
                                             const KnownContent &known) {
  return Finder(module, known).findCovered();
}

Keys computeKeys(const ir::Module &module, const KnownContent &known) {
  return Finder(module, known).findKeys();
}

llvm::FailureOr<Keys> readAndComputeKeys(const ir::Module &module,
                                         const KnownContent &known,
                                         DiagEngine &diags) {
  std::vector<std::vector<size_t>> covered = findCovered(module, known);
  for (size_t i = 0; i < known.locals.size(); ++i)
    if (known.locals[i] &&
        failed(context::Locals::read(*known.locals[i], covered[i], diags)))
      return llvm::failure();
  return computeKeys(module, known);
}

Digest ownKey(const ir::Op &op) {
  ir::Op alone = op;
  alone.inputs.clear();
  return keyOf(alone, {});
}

} // namespace llb::cachekey
