// SPDX-License-Identifier: Apache-2.0
//
// The pass `canonicalize`.
//
// Problem. The same thing can be written in several ways, and each has another
// digest: paths with `..` and doubled slashes, merges of merges, differences of
// a thing to itself, directories that are made twice. Passes that compare would
// not see that they are equal, and a daemon runs what changes nothing.
//
// Example.
//
//     %1 = merge %a, %b
//     %2 = merge %1, %c
//     %3 = file %2 {
//       mkdir "/srv//app/" { mode = 0o755, makeParents }
//       mkdir "/srv/app" { mode = 0o755, makeParents }
//     }
//
// becomes
//
//     %1 = merge %a, %b, %c
//     %2 = file %1 {
//       mkdir "/srv/app" { mode = 0o755, makeParents }
//     }
//
// Algorithm. One sweep. Paths of file actions are cleaned; an action that makes
// a directory which an earlier action of the same operation made is dropped; a
// merge that only a merge uses gives it its inputs; `diff(x, x)` is nothing and
// goes from merges, `diff(nothing, x)` is x, and a merge of one thing is that
// thing. Bytes that were encoded otherwise than BuildKit's client does are
// encoded anew.
//
// Legality. The result is the same for every input: a daemon cleans the paths
// of file actions in just this way before it uses them (a slash at the end of a
// copy's paths has a meaning and stays; a `..` of mkdir is followed, not
// cleaned, and stays too), leaves a directory as it is that is there already,
// and lays the layers of a merge of merges in the same order. What is not shown
// to have no effect stays; so does the last action of an operation, since its
// layer is counted in the image's history.
//
// Cost. Linear in the size of the module.
#include "FileChain.h"
#include "Rewriter.h"
#include "llb/IR/Binary.h"
#include "llb/IR/InputIndex.h"
#include "llb/Passes/Pass.h"
#include "llb/Support/GoPath.h"

#include <set>

namespace llb::passes {
namespace {

/// As a daemon cleans the paths of a copy: what says "into this directory"
/// stays at the end.
std::string cleanCopyPath(const std::string &path) {
  std::string clean = go::joinPath({"/", path});
  if (path.ends_with("/."))
    return clean == "/" ? "/." : clean + "/.";
  if (path.ends_with('/') && clean != "/")
    return clean + "/";
  return clean;
}

std::string cleanPath(const std::string &path) {
  return go::joinPath({"/", path});
}

bool setPath(std::string &path, std::string clean) {
  if (path == clean)
    return false;
  path = std::move(clean);
  return true;
}

struct PathCleaner {
  bool followsDots;

  bool operator()(std::monostate) const { return false; }
  bool operator()(ir::Copy &copy) const {
    bool src = setPath(copy.src, cleanCopyPath(copy.src));
    bool dest = setPath(copy.dest, cleanCopyPath(copy.dest));
    return src || dest;
  }
  bool operator()(ir::MkFile &file) const {
    return setPath(file.path, cleanPath(file.path));
  }
  /// Unlike all others this one is resolved link by link, so that a `..` after
  /// a link leads elsewhere than the text says.
  bool operator()(ir::MkDir &dir) const {
    return (!followsDots ||
            ("/" + dir.path + "/").find("/../") == std::string::npos) &&
           setPath(dir.path, cleanPath(dir.path));
  }
  bool operator()(ir::Rm &rm) const {
    return setPath(rm.path, rm.allowWildcard ? cleanCopyPath(rm.path)
                                             : cleanPath(rm.path));
  }
  bool operator()(ir::Symlink &link) const {
    return setPath(link.newPath, cleanPath(link.newPath));
  }
};

class Canonicalizer {
public:
  Canonicalizer(ir::Module &module, PassContext &context)
      : module(module), context(context), rewriter(module),
        uses(countUses(module)), isNothing(module.nodes.size()),
        absorbed(module.nodes.size()) {}

  void run();

private:
  void cleanPaths(ir::Node &node);
  void dropMadeTwice(ir::Node &node);
  void foldDiff(uint32_t index);
  void findAbsorbed();
  void flatten(uint32_t index);
  void encodeAnew();

  ir::Module &module;
  PassContext &context;
  Rewriter rewriter;
  std::vector<uint32_t> uses;
  /// Differences of a thing to itself.
  std::vector<bool> isNothing;
  /// Merges that another merge takes in.
  std::vector<bool> absorbed;
  uint64_t paths = 0;
  uint64_t actions = 0;
  uint64_t merges = 0;
  uint64_t folded = 0;
  uint64_t encodings = 0;
};

void Canonicalizer::cleanPaths(ir::Node &node) {
  auto *file = std::get_if<ir::File>(&node.op.body);
  if (!file)
    return;
  PathCleaner cleaner{context.enforces(RuleId::CanonicalizeFollowsDots)};
  uint64_t before = paths;
  for (ir::FileAction &action : file->actions)
    paths += std::visit(cleaner, action.action);
  if (paths == before)
    return;
  node.original.clear();
  context.remark(RemarkKind::Passed, module, node, RemarkId::CleanPaths);
}

/// The directories that an action is sure to leave behind are kept in `made`;
/// what might remove or replace one clears it.
void Canonicalizer::dropMadeTwice(ir::Node &node) {
  FileChain chain = fileChainOf(node.op);
  if (!chain.valid)
    return;
  auto &list = std::get<ir::File>(node.op.body).actions;
  if (list.size() < 2)
    return;
  bool forgets = context.enforces(RuleId::CanonicalizeForgets);
  std::set<std::string> made;
  std::vector<ir::FileAction> kept;
  for (size_t i = 0; i < list.size(); ++i) {
    ir::FileAction &action = list[i];
    bool needed = true;
    if (const auto *dir = std::get_if<ir::MkDir>(&action.action)) {
      bool last = kept.empty() && i + 1 == list.size();
      needed = last || (dir->path != "/" && !made.contains(dir->path));
      made.insert(dir->path);
    } else if (const auto *copy = std::get_if<ir::Copy>(&action.action)) {
      // An archive may hold anything, links in place of directories too.
      if (forgets && (copy->attemptUnpackDockerCompatibility ||
                      copy->alwaysReplaceExistingDestPaths))
        made.clear();
    } else if (forgets && !std::holds_alternative<ir::MkFile>(action.action)) {
      made.clear();
    }
    if (needed)
      kept.push_back(std::move(action));
  }
  if (kept.size() == list.size()) {
    list = std::move(kept);
    return;
  }
  uint64_t dropped = list.size() - kept.size();
  actions += dropped;
  kept.front().input = chain.base;
  for (size_t i = 1; i < kept.size(); ++i)
    kept[i].input = static_cast<int64_t>(node.op.inputs.size() + i - 1);
  kept.back().output = 0;
  list = std::move(kept);
  node.original.clear();
  context.remark(RemarkKind::Passed, module, node, RemarkId::MadeTwice,
                 dropped);
}

void Canonicalizer::foldDiff(uint32_t index) {
  ir::Node &node = module.nodes[index];
  const auto *diff = std::get_if<ir::Diff>(&node.op.body);
  if (!diff || !diff->lower || !diff->upper || !diff->unknown.bytes.empty() ||
      !node.op.unknown.bytes.empty() || node.metadata.ignoreCache)
    return;
  auto valueOf = [&](int64_t input) {
    return input < 0 ? ir::ValueId()
                     : rewriter.resolve(node.op.inputs[input], {index});
  };
  ir::ValueId lower = valueOf(diff->lower->input);
  ir::ValueId upper = valueOf(diff->upper->input);
  if (lower == upper) {
    isNothing[index] = true;
    return;
  }
  if (lower.valid() && !isNothing[lower.node.index])
    return;
  if (!upper.valid() || isNothing[upper.node.index])
    return;
  context.remark(RemarkKind::Passed, module, node, RemarkId::DiffOfNothing,
                 ir::describeNode(module, module[upper.node]));
  rewriter.replace({index}, upper);
  rewriter.erase({index});
  ++folded;
}

bool isPlainMerge(const ir::Node &node) {
  const auto *merge = std::get_if<ir::Merge>(&node.op.body);
  if (!merge || !merge->unknown.bytes.empty() || !node.op.unknown.bytes.empty())
    return false;
  for (const ir::MergeInput &input : merge->inputs)
    if (!input.unknown.bytes.empty())
      return false;
  return true;
}

void Canonicalizer::findAbsorbed() {
  for (const ir::Node &node : module.nodes) {
    if (!isPlainMerge(node))
      continue;
    for (const ir::ValueId &input : node.op.inputs) {
      const ir::Node &inner = module[input.node];
      if (isPlainMerge(inner) && uses[input.node.index] == 1 &&
          samePolicy(node.metadata, inner.metadata) &&
          node.op.platform == inner.op.platform)
        absorbed[input.node.index] = true;
    }
  }
}

void Canonicalizer::flatten(uint32_t index) {
  ir::Node &node = module.nodes[index];
  if (!isPlainMerge(node) || absorbed[index])
    return;
  std::vector<ir::ValueId> values;
  std::vector<uint32_t> inner;
  std::vector<ir::ValueId> pending;
  auto push = [&](const ir::Node &merge) {
    const auto &inputs = std::get<ir::Merge>(merge.op.body).inputs;
    for (size_t i = inputs.size(); i-- > 0;)
      pending.push_back(inputs[i].input < 0 ? ir::ValueId()
                                            : merge.op.inputs[inputs[i].input]);
  };
  bool changed = false;
  push(node);
  while (!pending.empty()) {
    ir::ValueId value = pending.back();
    pending.pop_back();
    if (value.valid())
      value = rewriter.resolve(value, {index});
    if (!value.valid() || isNothing[value.node.index]) {
      changed = true;
    } else if (absorbed[value.node.index]) {
      inner.push_back(value.node.index);
      push(module[value.node]);
      changed = true;
    } else {
      values.push_back(value);
    }
  }
  // A merge of nothing at all is no fault of ours, and has no other form.
  if (!changed || values.empty())
    return;
  for (uint32_t from : inner) {
    joinLocations(node, module.nodes[from], /*inFront=*/true);
    joinMetadata(node, module.nodes[from]);
    rewriter.erase({from});
    ++merges;
  }
  if (!inner.empty())
    context.remark(RemarkKind::Passed, module, node, RemarkId::Flattened,
                   inner.size());
  if (values.size() == 1) {
    context.remark(RemarkKind::Passed, module, node, RemarkId::MergeOfOne,
                   ir::describeNode(module, module[values.front().node]));
    rewriter.replace({index}, values.front());
    rewriter.erase({index});
    ++folded;
    return;
  }
  ir::Merge merge;
  for (size_t i = 0; i < values.size(); ++i)
    merge.inputs.push_back({static_cast<int64_t>(i), {}});
  node.op.body = std::move(merge);
  node.op.inputs = std::move(values);
  node.original.clear();
}

void Canonicalizer::encodeAnew() {
  std::vector<Digest> digests = ir::digestNodes(module);
  ir::CanonicalEncoder encoder;
  for (ir::Node &node : module.nodes) {
    if (node.original.empty() ||
        encoder.encode(node.op, digests) == node.original)
      continue;
    // Bytes that name other inputs are not used any more; that is no change.
    encodings += ir::encodeOp(node, digests) == node.original;
    node.original.clear();
  }
}

void Canonicalizer::run() {
  for (ir::Node &node : module.nodes) {
    cleanPaths(node);
    dropMadeTwice(node);
  }
  findAbsorbed();
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    foldDiff(i);
    flatten(i);
  }
  encodeAnew();
  context.count("actions with paths cleaned", paths);
  context.count("directories made twice", actions);
  context.count("merges taken in by another", merges);
  context.count("operations that were one of their inputs", folded);
  context.count("operations encoded anew", encodings);
  if (merges || folded) {
    rewriter.commit();
    context.places.clear();
  }
}

} // namespace

llvm::LogicalResult CanonicalizePass::run(ir::Module &module,
                                          PassContext &context) {
  Canonicalizer(module, context).run();
  return llvm::success();
}

} // namespace llb::passes
