// SPDX-License-Identifier: Apache-2.0
//
// Checks a definition in the order in which buildctl does, so that of several
// faults the same one is named.
#include "DumpReader.h"

#include "OrderedPrint.h"

#include "llb/Support/IRDiags.h"

namespace llb::ir {

llvm::LogicalResult DumpReader::read(std::string_view definition,
                                     DiagEngine &diags) {
  std::string error = wire::decode(definition, &slices);
  if (!error.empty()) {
    diags.report(diag::BadDefinition, {}, error);
    return llvm::failure();
  }
  for (std::string_view op : slices.def.items) {
    error = wire::decode(op, static_cast<wire::Op *>(nullptr));
    if (!error.empty()) {
      diags.report(diag::BadOperation, {}, error);
      return llvm::failure();
    }
  }
  metadataOf.reserve(slices.metadata.entries.size());
  for (const auto &[key, value] : slices.metadata.entries)
    metadataOf[llvm::CachedHashStringRef(key)] = value;
  slices.metadata.entries = {};
  return llvm::success();
}

std::vector<size_t> DumpReader::pieces() const {
  return piecesOf(size(), [&](size_t i) { return slices.def.items[i].size(); });
}

OpMetadata DumpReader::metadata(const std::string &digest) const {
  OpMetadata metadata;
  auto found = metadataOf.find(llvm::CachedHashStringRef(digest));
  if (found != metadataOf.end())
    wire::decode(found->second, &metadata);
  return metadata;
}

} // namespace llb::ir
