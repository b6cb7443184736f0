// SPDX-License-Identifier: Apache-2.0
//
// Solving is lazy: the daemon takes a definition and runs it when the result is
// exported.
#include "llb/Gateway/Solve.h"
#include "Report.h"
#include "llb/Gateway/Host.h"
#include "llb/Lower/ResultMetadata.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"

namespace llb::gateway {

std::vector<CacheImport>
parseCacheImports(const std::map<std::string, std::string> &opts,
                  std::string &error) {
  std::vector<CacheImport> result;
  auto imports = opts.find("cache-imports");
  if (imports != opts.end() && !imports->second.empty()) {
    auto json = go::parseJson(imports->second, &error);
    if (json && json->kind != go::JsonValue::Kind::Array)
      error = "not a list";
    if (!error.empty()) {
      error = "failed to unmarshal cache-imports (" +
              go::quote(imports->second) + "): " + error;
      return {};
    }
    for (const go::JsonValue &item : json->items) {
      CacheImport &import = result.emplace_back();
      if (const go::JsonValue *type = item.find("Type"))
        import.type = type->text;
      if (const go::JsonValue *attrs = item.find("Attrs"))
        for (const auto &[key, value] : attrs->members)
          import.attrs[key] = value.text;
    }
  }
  auto from = opts.find("cache-from");
  if (from == opts.end() || from->second.empty())
    return result;
  llvm::StringRef rest = from->second;
  while (true) {
    auto [ref, tail] = rest.split(',');
    result.push_back({"registry", {{"ref", ref.str()}}});
    if (ref.size() == rest.size())
      return result;
    rest = tail;
  }
}

std::string missingCap(const ir::Module &module, const Peer &peer) {
  for (const ir::Node &node : module.nodes)
    for (const auto &[cap, needed] : node.metadata.caps)
      if (needed && !peer.llbCaps.contains(std::string(cap)))
        return std::string(cap);
  return "";
}

/// Whether a block is the header of a tar entry: its checksum says so.
static bool isTarHeader(std::string_view header) {
  constexpr size_t blockSize = 512, sumStart = 148, sumSize = 8;
  if (header.size() < blockSize)
    return false;
  unsigned sum = 0;
  int signedSum = 0;
  for (size_t i = 0; i < blockSize; ++i) {
    bool inSum = i >= sumStart && i < sumStart + sumSize;
    char byte = inSum ? ' ' : header[i];
    sum += static_cast<unsigned char>(byte);
    signedSum += static_cast<signed char>(byte);
  }
  llvm::StringRef field(header.data() + sumStart, sumSize);
  field = field.trim(llvm::StringRef(" \0", 2));
  unsigned long long told = 0;
  if (field.empty() || field.getAsInteger(8, told))
    return false;
  return told == sum || static_cast<long long>(told) == signedSum;
}

bool isArchive(std::string_view header) {
  using namespace std::string_view_literals;
  for (std::string_view magic :
       {"\x42\x5a\x68"sv, "\x1f\x8b\x08"sv, "\xfd\x37\x7a\x58\x5a\x00"sv})
    if (header.starts_with(magic))
      return true;
  return isTarHeader(header);
}

std::optional<Result>
solveImages(Bridge &bridge, const Peer &peer, const lower::Lowered &lowered,
            const std::map<std::string, std::string> &opts, Failure &failure) {
  Result result;
  std::string error;
  std::vector<CacheImport> imports = parseCacheImports(opts, error);
  if (!error.empty()) {
    failure.message = error;
    return std::nullopt;
  }
  // The daemon looks for caches of nested builds here.
  std::map<std::string, std::string> nested;
  for (const char *key : {"cache-imports", "cache-from"})
    if (auto found = opts.find(key); found != opts.end())
      nested.insert(*found);

  result.isMap = lowered.multiPlatform;
  for (const lower::LoweredImage *image : lower::distinctImages(lowered)) {
    if (std::string cap = missingCap(image->module, peer); !cap.empty()) {
      failure.message = "requested feature " + cap +
                        " is not supported by the BuildKit daemon; update it";
      return std::nullopt;
    }
    auto ref = bridge.solve(definitionOf(image->module), imports, nested,
                            /*evaluate=*/false);
    if (!ref) {
      failure = describeCall(bridge, "", ref.takeError());
      return std::nullopt;
    }
    result.refs[image->platformId] = std::move(*ref);
  }
  result.metadata = lower::resultMetadata(lowered);
  return result;
}

} // namespace llb::gateway
