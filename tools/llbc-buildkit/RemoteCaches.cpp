// SPDX-License-Identifier: Apache-2.0
//
// A daemon writes blobs of a cache and tells which one is its manifest; the
// name of that in the directory's index is the client's work, as is looking it
// up (BuildKit v0.32.2, client/solve.go).
#include "RemoteCaches.h"

#include "llb/Support/BuildDiags.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/LayoutIndex.h"
#include "llb/Support/ToolDiags.h"

#include <llvm/Support/FileSystem.h>

namespace llbc {

using namespace llb;

namespace {

std::string attribute(const driver::CachePlace &cache, const std::string &key,
                      const std::string &absent = "") {
  auto found = cache.attrs.find(key);
  return found == cache.attrs.end() ? absent : found->second;
}

std::string tagOf(const driver::CachePlace &cache) {
  return attribute(cache, "tag", "latest");
}

/// A local cache is asked for by digest.
bool findCache(driver::CachePlace &cache, DiagEngine &diags) {
  if (cache.type != "local" || cache.attrs.contains("digest"))
    return true;
  std::string error = findInLayout(attribute(cache, "src"), tagOf(cache),
                                   cache.attrs["digest"]);
  if (!error.empty())
    diags.report(diag::CacheLeftOut, {}, error);
  return error.empty();
}

} // namespace

llvm::Error addContents(const driver::Options &options,
                        buildkit::BuildOptions &build) {
  for (const auto &[store, directory] : options.ociLayouts)
    build.contents["oci:" + store] = {directory};
  for (const driver::CachePlace &cache : options.cacheFrom)
    if (cache.type == "local")
      build.contents["local:" + attribute(cache, "src")] = {
          attribute(cache, "src")};
  for (const driver::CachePlace &cache : options.cacheTo) {
    build.cacheExports.push_back({cache.type, cache.attrs});
    if (cache.type != "local")
      continue;
    std::string directory = attribute(cache, "dest");
    if (std::error_code error = llvm::sys::fs::create_directories(directory))
      return llvm::createStringError(error, "cannot make the cache %s: %s",
                                     directory.c_str(),
                                     error.message().c_str());
    build.contents["local:" + directory] = {directory, /*isWritable=*/true};
  }
  return llvm::Error::success();
}

std::string cacheImports(const driver::BuildJob &job) {
  std::string json;
  for (driver::CachePlace cache : job.options.cacheFrom) {
    if (!findCache(cache, job.diags))
      continue;
    std::string attrs;
    for (const auto &[key, value] : cache.attrs)
      attrs += (attrs.empty() ? "" : ",") + go::jsonString(key) + ":" +
               go::jsonString(value);
    json += (json.empty() ? "{\"Type\":" : ",{\"Type\":") +
            go::jsonString(cache.type) + ",\"Attrs\":{" + attrs + "}}";
  }
  return json.empty() ? "" : "[" + json + "]";
}

llvm::LogicalResult
nameCaches(const driver::BuildJob &job,
           const std::map<std::string, std::string> &response) {
  auto manifest = response.find("cache.manifest");
  if (manifest == response.end())
    return llvm::success();
  for (const driver::CachePlace &cache : job.options.cacheTo) {
    std::string directory = attribute(cache, "dest");
    if (cache.type != "local")
      continue;
    std::string error = nameInLayout(directory, tagOf(cache), manifest->second);
    if (error.empty())
      continue;
    job.diags.report(diag::CannotWrite, {}, directory, error);
    return llvm::failure();
  }
  return llvm::success();
}

} // namespace llbc
