// SPDX-License-Identifier: Apache-2.0
//
// The main build context. BuildKit downloads an HTTP context to see whether it
// is an archive or a lone Dockerfile; a compiler that is handed the Dockerfile
// takes it for an archive.
#include "BuildContext.h"
#include "InputDefinition.h"
#include "Sources.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"

#include <llvm/Support/SourceMgr.h>

namespace llb::lower {

/// The name of the local directory; the option `contextkey` names the option
/// that holds a remote context, not the directory.
static constexpr const char *localName = "context";

/// Scratch with a copy out of `source`.
static ir::ValueId addScratchCopy(LowerContext &context, ir::ValueId source,
                                  ir::Copy copy) {
  copy.mode = -1;
  copy.timestamp = -1;
  ir::FileAction action;
  action.input = ir::noIndex;
  action.secondaryInput = 0;
  action.output = 0;
  action.action = std::move(copy);
  ir::File file;
  file.actions.push_back(std::move(action));
  ir::Vertex vertex;
  vertex.op.inputs.push_back(source);
  vertex.op.body = std::move(file);
  vertex.metadata.caps["file.base"] = true;
  return {context.builder.add(std::move(vertex)), 0};
}

ir::ValueId addGitContext(LowerContext &context, std::string_view url,
                          bool keepGitDir, std::string mtime,
                          std::string &error) {
  GitRef ref;
  switch (GitRef::parse(url, ref, error)) {
  case GitRef::Kind::NotGit:
    error.clear();
    return {};
  case GitRef::Kind::Invalid:
    return {};
  case GitRef::Kind::Git:
    break;
  }
  GitSource options;
  options.keepGitDir = keepGitDir || ref.keepGitDir.value_or(false);
  options.checksum = ref.checksum;
  options.mtime = ref.mtime.empty() ? std::move(mtime) : ref.mtime;
  options.fetchByCommit = ref.fetchByCommit.value_or(false);
  options.name = internalName("load git source " + std::string(url));
  return addGitSource(context, ref, options);
}

static bool isHttp(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

llvm::FailureOr<ir::ValueId> addRemoteContext(LowerContext &context) {
  const FrontendOptions &frontend = context.frontend;
  const std::string *key = frontend.find("contextkey");
  const std::string *url = frontend.find(key ? *key : localName);
  if (!url)
    return ir::ValueId();

  const std::string *keep =
      frontend.find("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR");
  auto keepGitDir = go::parseBool(keep ? *keep : "");
  auto epoch = frontend.buildArgs.find("SOURCE_DATE_EPOCH");
  bool hasEpoch = epoch != frontend.buildArgs.end() && !epoch->second.empty();
  std::string error;
  ir::ValueId git =
      addGitContext(context, *url, keepGitDir.ok() && keepGitDir.value,
                    hasEpoch ? "commit" : "", error);
  if (!error.empty()) {
    context.diags.report(diag::BadContext, {}, error);
    return llvm::failure();
  }
  if (git.valid())
    return git;
  if (!isHttp(*url))
    return ir::ValueId();

  ir::ValueId archive =
      addHttpSource(context, *url, "context", "",
                    namedMetadata(internalName("load remote build context")));
  if (context.options.contextIsFile)
    return archive;
  ir::Copy unpack;
  unpack.src = "/context";
  unpack.dest = "/";
  unpack.attemptUnpackDockerCompatibility = true;
  return addScratchCopy(context, archive, std::move(unpack));
}

llvm::LogicalResult addIgnoreMatcher(LowerContext &context) {
  const auto &patterns = context.options.ignorePatterns;
  if (!context.contextIsLocal || patterns.empty())
    return llvm::success();
  std::string error;
  context.ignoreMatcher = PatternMatcher::create(patterns, error);
  if (context.ignoreMatcher)
    return llvm::success();
  context.diags.report(diag::BadContext, {}, error);
  return llvm::failure();
}

/// The definition that the client handed in as the context, if it did.
static llvm::FailureOr<ir::ValueId> addInputContext(LowerContext &context) {
  const std::string *bytes =
      context.options.host ? context.options.host->input(localName) : nullptr;
  return bytes ? addDefinition(context, *bytes) : ir::ValueId();
}

std::optional<ir::Module> loadHttpContext(const LowerOptions &options) {
  auto find = [&](const std::string &key) {
    auto found = options.opts.find(key);
    return found == options.opts.end() ? nullptr : &found->second;
  };
  const std::string *key = find("contextkey");
  const std::string *url = find(key ? *key : localName);
  GitRef ref;
  std::string error;
  if (!url || !isHttp(*url) ||
      GitRef::parse(*url, ref, error) != GitRef::Kind::NotGit)
    return std::nullopt;
  ast::BuildFile file;
  FrontendOptions frontend;
  llvm::SourceMgr sources;
  DiagEngine diags(sources);
  check::Linter linter({}, file.words, diags);
  LowerContext context(file, options, frontend, linter, diags);
  ir::ValueId source =
      addHttpSource(context, *url, "context", "",
                    namedMetadata(internalName("load remote build context")));
  return std::move(context.builder).build(source, "", {});
}

llvm::LogicalResult addBuildContext(LowerContext &context) {
  llvm::FailureOr<ir::ValueId> remote = addRemoteContext(context);
  if (llvm::succeeded(remote) && !remote->valid())
    remote = addInputContext(context);
  if (llvm::failed(remote))
    return llvm::failure();
  if (!remote->valid()) {
    ir::Source source;
    source.identifier = std::string("local://") + localName;
    ir::Vertex vertex;
    vertex.op.body = std::move(source);
    context.buildContext = {context.builder.add(std::move(vertex)), 0};
    context.contextIsLocal = true;
    return llvm::success();
  }

  context.buildContext = *remote;
  if (const std::string *subdir = context.frontend.find("contextsubdir")) {
    ir::Copy copy;
    copy.src = go::joinPath({"/", go::cleanPath(*subdir)});
    copy.dest = "/";
    copy.dirCopyContents = true;
    context.buildContext = addScratchCopy(context, *remote, std::move(copy));
  }
  return llvm::success();
}

void completeBuildContext(LowerContext &context,
                          const std::set<std::string> &paths) {
  if (!context.contextIsLocal)
    return;
  LocalSource source;
  source.name = localName;
  source.sharedKeyHint = localName;
  source.excludePatterns = context.options.ignorePatterns;
  source.followPaths = followPathsOf(paths);
  source.customName = internalName("load build context");
  ir::Vertex complete =
      makeLocalSource(context.options, context.frontend, source);
  ir::Vertex &vertex = context.builder.edit(context.buildContext.node);
  complete.op.constraints = std::move(vertex.op.constraints);
  vertex = std::move(complete);
}

} // namespace llb::lower
