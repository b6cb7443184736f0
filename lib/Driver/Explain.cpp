// SPDX-License-Identifier: Apache-2.0
//
// Results have no key: they are no operations that anybody caches.
#include "Explain.h"

#include "llb/IR/Binary.h"
#include "llb/IR/Places.h"
#include "llb/Support/GoJson.h"

namespace llb::driver {

static bool isResult(const ir::Node &node) {
  return std::holds_alternative<std::monostate>(node.op.body);
}

llvm::FailureOr<ExplainedModule> explain(const ir::Module &module,
                                         std::string platform,
                                         context::Locals &locals,
                                         DiagEngine &diags) {
  auto known = cachekey::KnownContent::of(module, locals, diags);
  if (failed(known))
    return llvm::failure();
  auto keys = cachekey::readAndComputeKeys(module, *known, diags);
  if (failed(keys))
    return llvm::failure();
  cachekey::warnOfFailures(*keys, diags);
  return ExplainedModule{std::move(platform), &module, std::move(*keys)};
}

void printKeysText(const std::vector<ExplainedModule> &modules,
                   llvm::raw_ostream &out) {
  for (const ExplainedModule &each : modules) {
    if (!each.platform.empty())
      out << each.platform << ":\n";
    const ir::Module &module = *each.module;
    for (size_t i = 0; i < module.nodes.size(); ++i)
      if (!isResult(module.nodes[i]))
        out << each.keys.keys[i].str() << (each.keys.open[i] ? " open " : " ")
            << ir::describeNode(module, module.nodes[i]) << '\n';
  }
}

void printKeysJson(const std::vector<ExplainedModule> &modules,
                   llvm::raw_ostream &out) {
  out << "{\"keys\":[";
  const char *before = "";
  for (const ExplainedModule &each : modules) {
    const ir::Module &module = *each.module;
    std::vector<Digest> digests = ir::digestNodes(module);
    for (size_t i = 0; i < module.nodes.size(); ++i) {
      const ir::Node &node = module.nodes[i];
      if (isResult(node))
        continue;
      out << before << "{\"key\":\"" << each.keys.keys[i].str()
          << "\",\"digest\":\"" << digests[i].str() << '"';
      if (!each.platform.empty())
        out << ",\"platform\":" << go::jsonString(each.platform);
      out << ",\"line\":" << go::jsonString(ir::lineOf(module, node).str())
          << ",\"step\":" << go::jsonString(ir::titleOf(node))
          << ",\"open\":" << (each.keys.open[i] ? "true" : "false");
      if (each.keys.unresolved[i] == cachekey::Unresolved::Local)
        out << ",\"unresolved\":\"local\"";
      else if (each.keys.unresolved[i] == cachekey::Unresolved::Floating)
        out << ",\"unresolved\":\"floating\"";
      out << '}';
      before = ",";
    }
  }
  out << "]}\n";
}

} // namespace llb::driver
