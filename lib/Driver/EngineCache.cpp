// SPDX-License-Identifier: Apache-2.0
//
// Attributes have BuildKit's names (v0.32.2, cache/remotecache/local, registry
// and inline). One that the engine has no use for is refused.
#include "EngineCache.h"

#include "Assignment.h"
#include "CacheOption.h"
#include "OutputOption.h"
#include "llb/Support/GoText.h"

namespace llb::driver {
namespace {

std::string readFlag(const std::string &key, const std::string &value,
                     bool &flag) {
  auto parsed = go::parseBool(value);
  if (!parsed.ok())
    return key + " is true or false, not '" + value + "'";
  flag = parsed.value;
  return "";
}

/// Attributes of caches that are written.
std::string readExportAttribute(const std::string &key,
                                const std::string &value, EngineCache &result,
                                bool &known) {
  if (key == "mode") {
    if (value != "min" && value != "max")
      return "the mode is min or max, not '" + value + "'";
    result.everything = value == "max";
    return "";
  }
  if (key == "ignore-error")
    return readFlag(key, value, result.ignoreError);
  if (key.find("compression") != std::string::npos && !result.isInline)
    return readLayerAttribute(key, value, result.layers);
  if (key == "registry.insecure" && !result.reference.empty())
    return readFlag(key, value, result.insecure);
  if ((key == "oci-mediatypes" || key == "image-manifest") &&
      !result.isInline) {
    bool flag = true;
    std::string error = readFlag(key, value, flag);
    return !error.empty() || flag
               ? error
               : key + "=false: a cache of this engine is an OCI image "
                       "manifest";
  }
  known = false;
  return "";
}

} // namespace

std::string readEngineCache(const CachePlace &place, bool isExport,
                            EngineCache &result) {
  bool isLocal = place.type == "local", isRegistry = place.type == "registry";
  result.isInline = place.type == "inline";
  if (result.isInline && !isExport)
    return "an inline cache is in an image: use type=registry,ref=IMAGE";
  if (!isLocal && !isRegistry && !result.isInline)
    return "the embedded engine has caches of type local, registry and "
           "inline, not '" +
           place.type + "'";
  const std::string where = isRegistry ? "ref" : isExport ? "dest" : "src";
  auto target = place.attrs.find(where);
  if (!result.isInline &&
      (target == place.attrs.end() || target->second.empty()))
    return "type=" + place.type + " wants " + where + "=" +
           (isRegistry ? "IMAGE" : "DIRECTORY");
  if (isLocal)
    result.directory = target->second;
  if (isRegistry) {
    std::vector<std::string> names;
    if (std::string error = addImageName(target->second, names); !error.empty())
      return error;
    result.reference = names.front();
  }
  for (const auto &[key, value] : place.attrs) {
    if (!result.isInline && key == where)
      continue;
    bool known = true;
    std::string error;
    if (isLocal && key == "tag")
      result.tag = value;
    else if (isLocal && !isExport && key == "digest")
      result.digest = value;
    else if (isExport)
      error = readExportAttribute(key, value, result, known);
    else
      known = false;
    if (!error.empty())
      return error;
    if (!known)
      return "type=" + place.type + " has no attribute '" + key + "' here";
  }
  return checkOutput(result.layers, /*byDaemon=*/false);
}

std::string readCaches(Options &options,
                       const std::vector<std::string> &cacheFrom,
                       const std::vector<std::string> &cacheTo) {
  for (bool isExport : {false, true}) {
    std::string option = isExport ? "--cache-to " : "--cache-from ";
    auto &places = isExport ? options.cacheTo : options.cacheFrom;
    for (const std::string &item : isExport ? cacheTo : cacheFrom) {
      std::string error =
          readCacheOption(item, isExport ? "dest" : "src", places);
      if (error.empty() && options.daemon.empty()) {
        EngineCache cache;
        error = readEngineCache(places.back(), isExport, cache);
        (isExport ? options.engineCacheTo : options.engineCacheFrom)
            .push_back(std::move(cache));
      }
      if (!error.empty())
        return option + item + ": " + error;
    }
  }
  bool asks = !options.willHit.empty() && options.cacheTo.empty();
  if (!options.builds() && !asks &&
      !(options.cacheFrom.empty() && options.cacheTo.empty()))
    return "--cache-from and --cache-to are for builds; add --emit=oci or "
           "another output";
  return "";
}

} // namespace llb::driver
