// SPDX-License-Identifier: Apache-2.0
//
// The pass `dedup`, value numbering.
//
// Problem. Several platforms, or several Dockerfiles of one repository, share
// sources and stages, but each was compiled alone: the same directory is sent
// once for each, under another id each time, and all that is made of it has
// another digest and runs again.
//
// Example. With two results linked,
//
//     %a = source "local://context" { local.followpaths = ["a"], local.unique =
//     "1" } %b = source "local://context" { local.followpaths = ["b"],
//     local.unique = "2" }
//
// become one source that follows ["a", "b"], and equal operations on top of it
// become one as well.
//
// Algorithm. First, local sources that differ only in the paths they follow
// take the union of them (LocalFilters.cpp). Then operations are visited inputs
// first; each is encoded with its inputs replaced by their numbers and volatile
// parts (ids of sessions and transfers) left out. The first with an encoding
// stands for all that have it; it gets their places, descriptions and caps.
//
// Legality. What is encoded is all that the result depends on; descriptions,
// progress groups and volatile ids are not. Operations that the cache treats
// differently stay apart. Filters unite only where each reader copies no more
// than what its source had asked for whole, so that the union of what readers
// select is unchanged; whoever mounts a filtered source keeps it.
//
// Cost. Linear in the size of the module.
#include "LocalFilters.h"
#include "Rewriter.h"
#include "llb/IR/Binary.h"
#include "llb/IR/DigestIndex.h"
#include "llb/IR/InputIndex.h"
#include "llb/IR/Volatile.h"

namespace llb::passes {
namespace {

class Numbering {
public:
  Numbering(ir::Module &module, PassContext &context)
      : module(module), context(context), rewriter(module),
        first(module.nodes.size()) {}

  void run();

private:
  Digest numberOf(const ir::Node &node);

  ir::Module &module;
  PassContext &context;
  Rewriter rewriter;
  /// Of each node: the encoding's digest, by which its users name it.
  std::vector<Digest> numbers;
  /// The first node with a number.
  ir::DigestIndex first;
  ir::CanonicalEncoder encoder;
  /// What makes the number of the node at hand.
  std::string bytes;
};

Digest Numbering::numberOf(const ir::Node &node) {
  const auto *source = std::get_if<ir::Source>(&node.op.body);
  if (source && hasVolatileAttrs(*source)) {
    ir::Op op = node.op;
    removeVolatileAttrs(std::get<ir::Source>(op.body));
    bytes = encoder.encode(op, numbers);
  } else {
    bytes = encoder.encode(node.op, numbers);
  }
  if (!context.enforces(RuleId::DedupPolicy))
    return Digest::of(bytes);
  const ir::OpMetadata &metadata = node.metadata;
  bytes += metadata.ignoreCache ? "|ignore" : "|";
  if (metadata.exportCache)
    bytes += metadata.exportCache->value ? "|export" : "|no export";
  if (const auto &limits = metadata.linuxResources)
    for (const std::string &limit :
         {std::to_string(limits->memory), std::to_string(limits->memorySwap),
          std::to_string(limits->cpuShares), std::to_string(limits->cpuPeriod),
          std::to_string(limits->cpuQuota), limits->cpusetCpus,
          limits->cpusetMems,
          std::string(std::string_view(limits->unknown.bytes))})
      bytes += '|' + limit;
  bytes += metadata.unknown.bytes;
  return Digest::of(bytes);
}

void Numbering::run() {
  uint64_t removed = 0;
  numbers.reserve(module.nodes.size());
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    ir::Node &node = module.nodes[i];
    bool changed = false;
    for (ir::ValueId &input : node.op.inputs) {
      ir::ValueId with = rewriter.resolve(input, {i});
      changed |= with != input;
      input = with;
    }
    if (changed && ir::joinEqualInputs(node.op))
      node.original.clear();
    numbers.push_back(numberOf(node));
    // Results stay apart: each has its own.
    if (std::holds_alternative<std::monostate>(node.op.body))
      continue;
    auto [known, isNew] =
        first.add(numbers.back(), i, [&](uint32_t node) -> const Digest & {
          return numbers[node];
        });
    if (isNew)
      continue;
    ir::Node &kept = module.nodes[known];
    context.remark(RemarkKind::Passed, module, node, RemarkId::Same,
                   ir::describeNode(module, kept));
    for (const auto &[key, value] : node.metadata.description)
      kept.metadata.description.try_emplace(key, value);
    for (const auto &[cap, needed] : node.metadata.caps)
      kept.metadata.caps.edit()[cap] |= needed;
    if (!kept.metadata.progressGroup)
      kept.metadata.progressGroup = node.metadata.progressGroup;
    kept.hasMetadata |= node.hasMetadata;
    joinLocations(kept, node, /*inFront=*/false);
    rewriter.replace({i}, ir::NodeId{known});
    rewriter.erase({i});
    ++removed;
  }
  context.count("operations that were there already", removed);
  if (!removed)
    return;
  rewriter.commit();
  context.places.clear();
}

} // namespace

llvm::LogicalResult DedupPass::run(ir::Module &module, PassContext &context) {
  context.count("local sources with united filters",
                uniteLocalFilters(module, context));
  Numbering(module, context).run();
  return llvm::success();
}

} // namespace llb::passes
