// SPDX-License-Identifier: Apache-2.0
//
// Local directories as sources.
#include "LocalSource.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"

#include <algorithm>

namespace llb::lower {

static std::string jsonList(const std::vector<std::string> &items) {
  std::string result;
  for (const std::string &item : items) {
    result += result.empty() ? '[' : ',';
    go::appendJsonString(result, item);
  }
  return result + "]";
}

ir::Vertex makeLocalSource(const LowerOptions &options,
                           const FrontendOptions &frontend,
                           const LocalSource &source) {
  ir::Vertex vertex;
  ir::Source body;
  body.identifier = "local://" + source.name;
  vertex.metadata.description["llb.customname"] = source.customName;
  auto set = [&](const char *attr, const char *cap, std::string value) {
    body.attrs[attr] = std::move(value);
    vertex.metadata.caps[cap] = true;
  };
  vertex.metadata.caps["source.local"] = true;

  // A daemon that is told the session may still be told another one for this
  // directory.
  const std::string *session = frontend.find("local-sessionid:" + source.name);
  if (options.session && session && !session->empty())
    set("local.session", "source.local.sessionid", *session);
  else if (options.session && !session && !options.session->empty())
    set("local.session", "source.local.sessionid", *options.session);
  else
    set("local.unique", "source.local.unique", options.uniqueId);

  if (!source.followPaths.empty())
    set("local.followpaths", "source.local.followpaths",
        jsonList(source.followPaths));
  if (!source.excludePatterns.empty())
    set("local.excludepatterns", "source.local.excludepatterns",
        jsonList(source.excludePatterns));
  if (!source.sharedKeyHint.empty())
    set("local.sharedkeyhint", "source.local.sharedkeyhint",
        source.sharedKeyHint);
  if (source.noDiffer)
    body.attrs["local.differ"] = "none";
  vertex.op.body = std::move(body);
  return vertex;
}

std::vector<std::string> followPathsOf(const std::set<std::string> &paths) {
  std::vector<std::string> result;
  if (paths.contains("/"))
    return result;
  result.reserve(paths.size());
  for (const std::string &path : paths)
    result.push_back(go::joinPath({".", path}));
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace llb::lower
