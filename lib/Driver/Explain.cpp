// SPDX-License-Identifier: Apache-2.0
//
// Results have no key: they are no operations that anybody caches.
#include "Explain.h"

#include "llb/CacheKey/CacheKey.h"
#include "llb/IR/Binary.h"
#include "llb/IR/Places.h"
#include "llb/Support/GoJson.h"

namespace llb::driver {

static bool isResult(const ir::Node &node) {
  return std::holds_alternative<std::monostate>(node.op.body);
}

void printKeysText(const ir::Module &module, llvm::raw_ostream &out) {
  cachekey::Keys keys = cachekey::computeKeys(module);
  for (size_t i = 0; i < module.nodes.size(); ++i)
    if (!isResult(module.nodes[i]))
      out << keys.keys[i].str() << (keys.open[i] ? " open " : " ")
          << ir::describeNode(module, module.nodes[i]) << '\n';
}

void printKeysJson(const ir::Module &module, llvm::raw_ostream &out) {
  cachekey::Keys keys = cachekey::computeKeys(module);
  std::vector<Digest> digests = ir::digestNodes(module);
  out << "{\"keys\":[";
  const char *before = "";
  for (size_t i = 0; i < module.nodes.size(); ++i) {
    const ir::Node &node = module.nodes[i];
    if (isResult(node))
      continue;
    out << before << "{\"key\":\"" << keys.keys[i].str() << "\",\"digest\":\""
        << digests[i].str()
        << "\",\"line\":" << go::jsonString(ir::lineOf(module, node).str())
        << ",\"step\":" << go::jsonString(ir::titleOf(node))
        << ",\"open\":" << (keys.open[i] ? "true" : "false") << '}';
    before = ",";
  }
  out << "]}\n";
}

} // namespace llb::driver
