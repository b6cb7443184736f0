// SPDX-License-Identifier: Apache-2.0
//
// The pass `pin`.
//
// Problem. A tag names another image next week; then the same definition builds
// something else, and nobody changed a line.
//
// Example. With a lock that has the digest,
//
//     %a = source "docker-image://docker.io/library/alpine:3"
//     platform(linux/amd64)
//
// becomes
//
//     %a = source "docker-image://docker.io/library/alpine:3@sha256:…"
//     platform(linux/amd64)
//
// Algorithm. One sweep over the sources; the reference and the operation's
// platform are looked up in the image lock.
//
// Legality. The lock has the image: it says which one the tag means. A
// reference with a digest stays, whatever the lock says, and so does one that
// the lock does not have, with a remark.
//
// Cost. Linear in the number of operations.
#include "llb/Passes/Pass.h"

namespace llb::passes {

llvm::LogicalResult PinPass::run(ir::Module &module, PassContext &context) {
  constexpr std::string_view scheme = "docker-image://";
  uint64_t pinned = 0;
  for (ir::Node &node : module.nodes) {
    auto *source = std::get_if<ir::Source>(&node.op.body);
    if (!source || !source->identifier.starts_with(scheme))
      continue;
    size_t at = source->identifier.find('@');
    if (at != std::string::npos && context.enforces(RuleId::PinKeepsDigest))
      continue;
    std::string ref = source->identifier.substr(0, at).substr(scheme.size());
    std::string platform;
    if (node.op.platform)
      platform =
          node.op.platform->os + "/" + node.op.platform->architecture +
          (node.op.platform->variant.empty() ? ""
                                             : "/" + node.op.platform->variant);
    const LockedBase *image =
        context.images ? context.images->find(ref, platform) : nullptr;
    if (!image || image->digest.empty()) {
      context.remark(RemarkKind::Missed, module, node, RemarkId::NotLocked, ref,
                     platform);
      continue;
    }
    source->identifier = std::string(scheme) + ref + "@" + image->digest;
    node.original.clear();
    ++pinned;
    context.remark(RemarkKind::Passed, module, node, RemarkId::Pinned, ref,
                   image->digest);
  }
  context.count("references pinned", pinned);
  return llvm::success();
}

} // namespace llb::passes
