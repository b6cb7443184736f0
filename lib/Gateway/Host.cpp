// SPDX-License-Identifier: Apache-2.0
//
// Each question is one call. An image is asked for once, however many stages
// are based on it.
#include "llb/Gateway/Host.h"
#include "llb/IR/Binary.h"
#include "llb/Support/GoText.h"
#include "llb/Support/PatternMatcher.h"

namespace llb::gateway {

std::string definitionOf(const ir::Module &module) {
  return ir::encodeModule(module, module.results.front());
}

llvm::Error Host::takeInputs(const Peer &peer) {
  if (!peer.frontendCaps.contains("frontend.inputs"))
    return llvm::Error::success();
  auto answer = bridge.inputs();
  if (!answer)
    return answer.takeError();
  inputs = std::move(*answer);
  return llvm::Error::success();
}

std::optional<std::vector<std::string>>
Host::ignorePatterns(const std::string &name, const std::string &key,
                     std::string &error) {
  ir::Module module =
      lower::loadIgnoreFile(options, name, "context:" + key + "-.dockerignore",
                            "[context " + key + "] load .dockerignore");
  auto ref = bridge.solve(definitionOf(module), {}, {}, /*evaluate=*/true);
  if (!ref) {
    error = llvm::toString(ref.takeError());
    return std::nullopt;
  }
  auto text = bridge.readFile(*ref, ".dockerignore");
  if (!text) {
    // There need not be one.
    llvm::consumeError(text.takeError());
    return std::vector<std::string>();
  }
  auto patterns = parseDockerignore(*text, &error);
  if (error.empty())
    return patterns;
  error = "failed parsing .dockerignore: " + error;
  return std::nullopt;
}

const std::string *Host::input(const std::string &name) {
  auto found = inputs.find(name);
  return found == inputs.end() ? nullptr : &found->second;
}

/// The committer's time in a git commit object.
static std::optional<int64_t> commitTime(llvm::StringRef object) {
  llvm::StringRef header = object.split("\n\n").first;
  while (!header.empty()) {
    auto [line, rest] = header.split('\n');
    header = rest;
    if (!line.consume_front("committer "))
      continue;
    // NAME <MAIL> SECONDS ZONE
    llvm::StringRef seconds = line.rsplit('>').second.trim().split(' ').first;
    auto parsed = go::parseInt(seconds, 10, 64);
    if (parsed.ok())
      return parsed.value;
  }
  return std::nullopt;
}

std::optional<int64_t> Host::sourceTime(const ir::Source &source,
                                        const std::string &logName,
                                        std::string &error) {
  auto time = bridge.sourceTime(source, logName);
  if (!time) {
    error = llvm::toString(time.takeError());
    return std::nullopt;
  }
  return time->commit.empty() ? time->lastModified : commitTime(time->commit);
}

lower::ImageResolver::Answer Host::resolve(const std::string &ref,
                                           const PlatformSpec &platform,
                                           lower::ResolveMode mode) {
  return resolveFor({"[internal] load metadata for " + ref, ""}, ref, platform,
                    mode);
}

lower::ImageResolver::Answer Host::resolveFor(const Purpose &purpose,
                                              const std::string &ref,
                                              const PlatformSpec &platform,
                                              lower::ResolveMode mode) {
  std::string key = ref + " " + platform.formatAll() + " " + purpose.store;
  auto [known, isNew] = answers.try_emplace(key);
  if (!isNew)
    return known->second;
  ImageQuery query;
  query.ref = ref;
  query.platform = platform;
  query.mode = mode == lower::ResolveMode::Pull    ? "pull"
               : mode == lower::ResolveMode::Local ? "local"
                                                   : "default";
  query.logName = purpose.logName;
  query.store = purpose.store;
  query.session = options.session.value_or("");
  auto image = bridge.resolve(query);
  if (image)
    known->second.image = lower::LockedImage{image->ref, platform.format(),
                                             image->digest, image->config, ""};
  else
    known->second.error = llvm::toString(image.takeError());
  return known->second;
}

} // namespace llb::gateway
