// SPDX-License-Identifier: Apache-2.0
//
// The pass `parallel-copy`.
//
// Problem. Copies that have nothing to do with each other wait for each other,
// since each is made on top of the one before; and all of them run again when
// the base image changes, though what they copy did not.
//
// Example. On a base whose directories the image lock lists,
//
//     %1 = file %base {
//       copy %ctx "/a" -> "/srv/a" { createDestPath }
//     }
//     %2 = file %1 {
//       copy %build "/b" -> "/opt/b" { createDestPath }
//     }
//
// becomes
//
//     %1 = file {
//       copy %ctx "/a" -> "/srv/a" { createDestPath }
//     }
//     %2 = file {
//       copy %build "/b" -> "/opt/b" { createDestPath }
//     }
//     %3 = merge %base, %1, %2
//
// Algorithm. Chains of file operations are followed from their base up, with a
// state of what is known of each directory. Operations join the segment at hand
// as long as they are independent of it and of the base; one that is not ends
// the segment, and the chain is followed on from its result. A segment on
// scratch needs two operations, one on a base pays with the first: then it
// outlives the base. There are as many layers as before, in the same order, so
// histories stay.
//
// Legality. Each operation of a segment but the last has no other user.
// Destinations are disjoint: none is another or inside of another. A merged
// layer carries the parent directories of what it holds and lays them over the
// base's; so each parent, and a directory that is copied into, must be known to
// be absent below, or to be a plain directory with the very mode and owner that
// the copy would give it, and without extended attributes. A destination
// that is not said to be a directory must not be one below, else the copy would
// go into it. That is known on scratch and from a listing of the base's
// directories in the image lock, which `llbc --write-image-lock=FILE --dirs`
// makes (`"dirs":[{"path":"/etc","mode":"755"}]`, with links and devices as
// `"type":"other"`); else the chain is left alone, with a remark. Copies that
// unpack archives, replace what is in their way, look up owners by name (in the
// base) or set times are left alone as well, and so are all other actions but
// `mkdir`. As everywhere, a build that fails is not kept failing: where a file
// is in the way of a directory, the merge replaces it.
//
// Cost. Linear in the number of actions, times the depth of their paths.
#include "BaseState.h"
#include "CopyEffect.h"
#include "FileChain.h"
#include "Rewriter.h"
#include "llb/IR/InputIndex.h"
#include "llb/Passes/Pass.h"
#include "llb/Support/GoPath.h"

#include <algorithm>
#include <optional>

namespace llb::passes {
namespace {

/// Operations that become inputs of one merge.
struct Segment {
  ir::ValueId base;
  std::vector<uint32_t> nodes;
  /// Directories that the segment's operations make.
  std::map<std::string, DirAttrs> dirs;
  std::set<std::string> regions;
  std::set<std::string> aboveRegions;
  /// Regions that may turn out to be no directories.
  std::set<std::string> leaves;

  /// Whether `path` lies inside of a region.
  bool hasInside(const std::string &path) const {
    if (path != "/" && regions.contains("/"))
      return true;
    for (const std::string &dir : ancestorsOf(path))
      if (regions.contains(dir))
        return true;
    return false;
  }
};

class Parallelizer {
public:
  Parallelizer(ir::Module &module, PassContext &context)
      : module(module), context(context), rewriter(module),
        uses(countUses(module)), chains(module.nodes.size()),
        next(module.nodes.size()), hasPrevious(module.nodes.size()) {}

  void run();

private:
  void followChain(uint32_t first);
  BaseState stateOf(ir::ValueId base) const;
  bool joins(uint32_t index, const BaseState &below, Segment &segment);
  bool checkDirs(const CopyEffect &effect, const BaseState &below,
                 const Segment &segment, const Segment &own, RemarkId &why,
                 std::string &path) const;
  void apply(uint32_t index, BaseState &state) const;
  void close(Segment &segment, bool onScratch);

  ir::Module &module;
  PassContext &context;
  Rewriter rewriter;
  std::vector<uint32_t> uses;
  std::vector<FileChain> chains;
  /// The operation on top, if it is the only user.
  std::vector<ir::NodeId> next;
  std::vector<bool> hasPrevious;
  struct Planned {
    ir::ValueId base;
    std::vector<uint32_t> nodes;
  };
  std::vector<Planned> planned;
  uint64_t copies = 0;
};

std::string platformText(const ir::OpPlatform &platform) {
  if (!platform)
    return "";
  return platform->os + "/" + platform->architecture +
         (platform->variant.empty() ? "" : "/" + platform->variant);
}

BaseState Parallelizer::stateOf(ir::ValueId base) const {
  if (!base.valid())
    return BaseState::scratch();
  const ir::Node &node = module[base.node];
  const auto *source = std::get_if<ir::Source>(&node.op.body);
  if (!source || !context.images)
    return BaseState::unknown();
  const LockedBase *image = context.images->findIdentifier(
      source->identifier, platformText(node.op.platform));
  return image && image->listing ? BaseState::listed(*image->listing)
                                 : BaseState::unknown();
}

/// Whether the directories that `effect` makes are what they are on the chain
/// if they are made on scratch. `own` has those of the same operation.
bool Parallelizer::checkDirs(const CopyEffect &effect, const BaseState &below,
                             const Segment &segment, const Segment &own,
                             RemarkId &why, std::string &path) const {
  for (size_t i = 0; i < effect.dirs.size(); ++i) {
    path = effect.dirs[i];
    BaseState::Answer answer = below.at(path);
    if (answer.kind == BaseState::Kind::Other)
      return why = RemarkId::UnknownDirectory, false;
    if (answer.kind == BaseState::Kind::Directory &&
        answer.attrs != effect.attrs &&
        context.enforces(RuleId::ParallelCopyAttributes))
      return why = RemarkId::OtherDirectory, false;
    for (const Segment *made : {&segment, &own}) {
      auto found = made->dirs.find(path);
      if (found != made->dirs.end() && found->second != effect.attrs &&
          context.enforces(RuleId::ParallelCopyAttributes))
        return why = RemarkId::OtherDirectory, false;
    }
    bool isLeaf = effect.region.empty() ? i + 1 == effect.dirs.size() : false;
    if (effect.needsParent && !isLeaf && !own.dirs.contains(path))
      return why = RemarkId::NeedsParent, false;
  }
  if (effect.region.empty())
    return true;
  path = effect.region;
  if (effect.intoDirectory) {
    if (!below.isKnownBelow(path))
      return why = RemarkId::UnknownDirectory, false;
    return true;
  }
  // It could be a file, which goes into a directory of this name.
  bool ownDir = own.dirs.contains(path);
  if (segment.dirs.contains(path) ||
      (below.at(path).kind != BaseState::Kind::Absent && !ownDir))
    return why = RemarkId::UnknownDirectory, false;
  return true;
}

bool Parallelizer::joins(uint32_t index, const BaseState &below,
                         Segment &segment) {
  const ir::Node &node = module.nodes[index];
  const FileChain &chain = chains[index];
  RemarkId why = RemarkId::OtherAction;
  std::string path;
  auto missed = [&](RemarkId id) {
    context.remark(RemarkKind::Missed, module, node, id, path);
    return false;
  };
  if (below.isUnknown())
    return missed(RemarkId::UnknownBase);
  if (chain.readsBase)
    return missed(RemarkId::ReadsItself);
  if (chain.namedOwner)
    return missed(RemarkId::OwnerOfBase);
  BaseState::Answer root = below.at("/");
  if (root.kind != BaseState::Kind::Directory || root.attrs != DirAttrs()) {
    path = "/";
    return missed(RemarkId::OtherDirectory);
  }

  Segment own;
  for (const ir::FileAction &action :
       std::get<ir::File>(node.op.body).actions) {
    auto effect = effectOf(action, why);
    if (!effect || !checkDirs(*effect, below, segment, own, why, path))
      return missed(why);
    // An earlier action may have put a link there, which a copy would follow
    // to another place on scratch than on the base.
    for (const std::string &dir : effect->dirs)
      if (own.hasInside(dir) || own.leaves.contains(dir)) {
        path = dir;
        return missed(RemarkId::Overlap);
      }
    for (const std::string &dir : effect->dirs)
      own.dirs.emplace(dir, effect->attrs);
    if (effect->region.empty())
      continue;
    path = effect->region;
    if (own.hasInside(path) || own.leaves.contains(path) ||
        (!effect->intoDirectory && own.regions.contains(path)))
      return missed(RemarkId::Overlap);
    if (!effect->intoDirectory)
      own.leaves.insert(path);
    own.regions.insert(path);
    own.aboveRegions.insert("/");
    for (std::string &dir : ancestorsOf(path))
      own.aboveRegions.insert(std::move(dir));
  }
  bool disjoint = context.enforces(RuleId::ParallelCopyDisjoint);
  for (const std::string &region : own.regions)
    if (disjoint &&
        (segment.regions.contains(region) || segment.hasInside(region) ||
         segment.aboveRegions.contains(region))) {
      path = region;
      return missed(RemarkId::Overlap);
    }
  // Nor may one make a directory where, or inside of where, another copies to.
  for (const auto &entry : own.dirs)
    if (disjoint && (segment.regions.contains(entry.first) ||
                     segment.hasInside(entry.first))) {
      path = entry.first;
      return missed(RemarkId::Overlap);
    }
  segment.dirs.merge(own.dirs);
  segment.regions.merge(own.regions);
  segment.aboveRegions.merge(own.aboveRegions);
  segment.leaves.merge(own.leaves);
  segment.nodes.push_back(index);
  return true;
}

/// What is known of the file system after an operation.
void Parallelizer::apply(uint32_t index, BaseState &state) const {
  const ir::Node &node = module.nodes[index];
  for (const ir::FileAction &action :
       std::get<ir::File>(node.op.body).actions) {
    RemarkId why;
    auto effect = effectOf(action, why);
    bool known = effect.has_value() && !state.isUnknown();
    if (known)
      for (const std::string &dir : effect->dirs)
        known &= state.at(dir).kind != BaseState::Kind::Other;
    if (!known)
      return state.forgetAll();
    for (const std::string &dir : effect->dirs)
      state.addDirectory(dir, effect->attrs);
    if (!effect->region.empty())
      state.forget(effect->region, /*itself=*/!effect->intoDirectory);
  }
}

void Parallelizer::close(Segment &segment, bool onScratch) {
  if (segment.nodes.size() >= (onScratch ? 2 : 1))
    planned.push_back({segment.base, std::move(segment.nodes)});
  segment = {};
}

void Parallelizer::followChain(uint32_t first) {
  ir::ValueId base = baseOf(module.nodes[first].op, chains[first]);
  BaseState below = stateOf(base);
  BaseState after = below;
  Segment segment;
  segment.base = base;
  bool onScratch = !base.valid();
  for (ir::NodeId at{first}; at.valid(); at = next[at.index]) {
    bool joined = joins(at.index, below, segment);
    if (!joined) {
      close(segment, onScratch);
      onScratch = false;
      segment.base = {at, 0};
    }
    apply(at.index, after);
    // Inside a segment operations are compared with what is under all of it.
    if (!joined)
      below = after;
  }
  close(segment, onScratch);
}

void Parallelizer::run() {
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    chains[i] = fileChainOf(module.nodes[i].op);
    if (!chains[i].valid)
      continue;
    ir::ValueId base = baseOf(module.nodes[i].op, chains[i]);
    if (!base.valid() || base.output != 0 || uses[base.node.index] != 1 ||
        !chains[base.node.index].valid)
      continue;
    next[base.node.index] = {i};
    hasPrevious[i] = true;
  }
  for (uint32_t i = 0; i < module.nodes.size(); ++i)
    if (chains[i].valid && !hasPrevious[i])
      followChain(i);

  // Insertions are made from front to back.
  std::sort(planned.begin(), planned.end(),
            [](const Planned &a, const Planned &b) {
              return a.nodes.back() < b.nodes.back();
            });
  for (const Planned &plan : planned) {
    ir::Node top;
    ir::Merge merge;
    auto add = [&](ir::ValueId value) {
      merge.inputs.push_back({static_cast<int64_t>(top.op.inputs.size()), {}});
      top.op.inputs.push_back(value);
    };
    if (plan.base.valid())
      add(plan.base);
    for (uint32_t index : plan.nodes) {
      ir::Node &node = module.nodes[index];
      int64_t base = chains[index].base;
      if (base >= 0) {
        std::vector<int64_t> position;
        for (int64_t i = 0; i < static_cast<int64_t>(node.op.inputs.size());
             ++i)
          position.push_back(i == base ? ir::noIndex : i - (i > base));
        remapInputs(node.op.body, position, position.size() - 1);
        node.op.inputs.erase(node.op.inputs.begin() + base);
        node.original.clear();
      }
      add({{index}, 0});
      joinLocations(top, node, /*inFront=*/false);
      top.metadata.ignoreCache |= node.metadata.ignoreCache;
      context.remark(RemarkKind::Passed, module, node, RemarkId::Parallel,
                     plan.base.valid()
                         ? ir::describeNode(module, module[plan.base.node])
                         : "scratch");
    }
    const ir::Node &first = module.nodes[plan.nodes.front()];
    const ir::Node &last = module.nodes[plan.nodes.back()];
    if (first.metadata.description.contains("llb.customname"))
      top.metadata.description["llb.customname"] =
          plan.nodes.size() == 1
              ? "LINK " + ir::titleOf(first)
              : "LINK " + ir::titleOf(first) + " ... " + ir::titleOf(last);
    top.metadata.caps["mergeop"] = true;
    top.hasMetadata = true;
    top.hasLocations |= first.hasLocations;
    top.op.body = std::move(merge);
    top.op.constraints = first.op.constraints;
    ir::NodeId old{plan.nodes.back()};
    copies += plan.nodes.size();
    rewriter.replace(old, ir::ValueId{rewriter.insertAfter(old, top), 0});
  }
  context.count("copies made independent", copies);
  context.count("merges made", planned.size());
  if (planned.empty())
    return;
  rewriter.commit();
  context.places.clear();
}

} // namespace

llvm::LogicalResult ParallelCopyPass::run(ir::Module &module,
                                          PassContext &context) {
  Parallelizer(module, context).run();
  return llvm::success();
}

} // namespace llb::passes
