// SPDX-License-Identifier: Apache-2.0
//
// Source operations. Capabilities are recorded even where BuildKit's choice of
// which to record looks odd: they are part of what is compared.
#include "Sources.h"

namespace llb::lower {

static ir::ValueId addSource(LowerContext &context, ir::Source source,
                             ir::OpMetadata metadata,
                             std::optional<ir::Platform> platform,
                             std::vector<ir::Location> locations = {}) {
  ir::Vertex vertex;
  vertex.op.platform = std::move(platform);
  vertex.op.body = std::move(source);
  vertex.metadata = std::move(metadata);
  vertex.locations = std::move(locations);
  return {context.builder.add(std::move(vertex)), 0};
}

ir::OpMetadata namedMetadata(std::string_view customName) {
  ir::OpMetadata result;
  result.description["llb.customname"] = customName;
  return result;
}

ir::ValueId addImageSource(LowerContext &context, std::string_view ref,
                           const PlatformSpec &platform,
                           ir::OpMetadata metadata,
                           std::vector<ir::Location> locations,
                           ResolveMode mode) {
  ir::Source source;
  source.identifier = "docker-image://";
  source.identifier += ref;
  metadata.caps["source.image"] = true;
  if (mode == ResolveMode::Local)
    source.attrs["image.resolvemode"] = "local";
  if (mode == ResolveMode::Pull) {
    source.attrs["image.resolvemode"] = "pull";
    metadata.caps["source.image.resolvemode"] = true;
  }
  return addSource(context, std::move(source), std::move(metadata),
                   toIr(platform), std::move(locations));
}

ir::ValueId addGitSource(LowerContext &context, const GitRef &ref,
                         const GitSource &options) {
  ir::Source source;
  source.identifier = "git://" + ref.hostPath;
  if (!ref.ref.empty() || !ref.subdir.empty())
    source.identifier += "#" + ref.ref;
  if (!ref.subdir.empty())
    source.identifier += ":" + ref.subdir;

  ir::OpMetadata metadata;
  if (!options.name.empty())
    metadata = namedMetadata(options.name);
  auto &attrs = source.attrs;
  auto &caps = metadata.caps;
  caps["source.git"] = true;
  attrs["git.authheadersecret"] = "GIT_AUTH_HEADER";
  attrs["git.authtokensecret"] = "GIT_AUTH_TOKEN";
  auto set = [&](const char *attr, const char *cap, std::string value) {
    attrs[attr] = std::move(value);
    caps[cap] = true;
  };
  if (!ref.remote.empty())
    set("git.fullurl", "source.git.fullurl", ref.remote);
  if (options.keepGitDir)
    set("git.keepgitdir", "source.git.keepgitdir", "true");
  if (ref.ssh) {
    // BuildKit asks the host for its keys here and goes on without an answer;
    // a compiler that does not use the network always goes on.
    caps["source.git.knownsshhosts"] = true;
    set("git.mountsshsock", "source.git.mountsshsock", "default");
  }
  if (!options.checksum.empty())
    set("git.checksum", "source.git.checksum", options.checksum);
  if (ref.submodules == false)
    set("git.skipsubmodules", "source.git.skipsubmodules", "true");
  if (!options.mtime.empty())
    set("git.mtime", "source.git.mtime", options.mtime);
  if (options.fetchByCommit)
    set("git.fetchbycommit", "source.git.fetchbycommit", "true");
  return addSource(context, std::move(source), std::move(metadata),
                   std::nullopt);
}

ir::ValueId addHttpSource(LowerContext &context, std::string_view url,
                          std::string_view filename, std::string_view checksum,
                          ir::OpMetadata metadata) {
  ir::Source source;
  source.identifier = url;
  if (!filename.empty())
    source.attrs["http.filename"] = filename;
  if (!checksum.empty()) {
    source.attrs["http.checksum"] = checksum;
    metadata.caps["source.http.checksum"] = true;
  }
  metadata.caps["source.http"] = true;
  return addSource(context, std::move(source), std::move(metadata),
                   std::nullopt);
}

} // namespace llb::lower
