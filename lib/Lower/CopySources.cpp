// SPDX-License-Identifier: Apache-2.0
//
// A source of ADD is a git repository, a URL or a path, told apart by its text
// alone; COPY takes paths, and refuses the others by name.
#include "CopySources.h"

#include "FileOps.h"
#include "OsPath.h"
#include "Sources.h"

#include "llb/Check/Rules.h"
#include "llb/IR/ActionPath.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoUrl.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Reference.h"

namespace llb::lower {
namespace {

/// Whether `path` has wildcards that no backslash escapes.
bool hasWildcards(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i)
    if (path[i] == '\\')
      ++i;
    else if (path[i] == '*' || path[i] == '?' || path[i] == '[')
      return true;
  return false;
}

} // namespace

bool isHttpSource(std::string_view source) {
  return source.starts_with("http://") || source.starts_with("https://");
}

llvm::LogicalResult CopySources::add(const std::string &source) {
  GitRef ref;
  std::string error;
  GitRef::Kind kind = GitRef::parse(source, ref, error);
  if (kind == GitRef::Kind::Invalid)
    return dispatch.errorAt(source, diag::InvalidGitRef, error);
  if (kind == GitRef::Kind::Git && !ref.indistinguishableFromLocal)
    return addGit(source, ref);
  if (isHttpSource(source) && kind != GitRef::Kind::Git)
    return addHttp(source);
  return addLocal(source);
}

std::string_view CopySources::copyWord() const {
  return ast::wordOf(ast::StmtKind::Copy, context.file.words);
}

llvm::LogicalResult CopySources::addGit(const std::string &source,
                                        const GitRef &ref) {
  if (!request.isAdd)
    return dispatch.errorAt(source, diag::CopyFromGit, copyWord());
  if (request.keepGitDir && ref.keepGitDir &&
      *request.keepGitDir != *ref.keepGitDir)
    return dispatch.errorAt(source, diag::KeepGitDirConflict);
  // BuildKit keeps the URL's choice for the sources after it.
  if (ref.keepGitDir)
    request.keepGitDir = ref.keepGitDir;
  if (!request.checksum.empty() && !ref.checksum.empty() &&
      request.checksum != ref.checksum)
    return dispatch.errorAt(source, diag::GitChecksumConflict,
                            go::quote(request.checksum),
                            go::quote(ref.checksum));
  if (!ref.checksum.empty())
    request.checksum = ref.checksum;
  GitSource options;
  options.keepGitDir = request.keepGitDir.value_or(false);
  options.checksum = request.checksum;
  options.fetchByCommit = ref.fetchByCommit.value_or(false);
  options.name = name;
  append(addGitSource(context, ref, options), plainCopy("/"));
  return llvm::success();
}

llvm::LogicalResult CopySources::addHttp(const std::string &source) {
  if (!request.isAdd)
    return dispatch.errorAt(source, diag::CopyFromUrl, copyWord());
  std::string filename = "__unnamed__";
  if (std::optional<go::Url> url = go::Url::parse(source)) {
    std::string base = go::basePath(url->path);
    if (base != "." && base != "/")
      filename = std::move(base);
  }
  if (!request.checksum.empty())
    if (std::string error = checkDigest(request.checksum); !error.empty())
      return dispatch.errorAt(request.checksum, diag::InvalidDigest, error);
  ir::OpMetadata metadata = namedMetadata(name);
  metadata.description["com.docker.dockerfile.v1.command"];
  ir::Copy copy = plainCopy(filename);
  copy.attemptUnpackDockerCompatibility = request.unpack.value_or(false);
  append(addHttpSource(context, source, filename, request.checksum,
                       std::move(metadata)),
         std::move(copy));
  return llvm::success();
}

llvm::LogicalResult CopySources::addLocal(const std::string &source) {
  check::copyIgnored(context.linter, dispatch.stmt, request.isAdd, source,
                     request.from ? nullptr : context.ignoreMatcher.get(),
                     context.options.ignorePatterns);
  ir::Copy copy = plainCopy("");
  copy.followSymlink = true;
  copy.dirCopyContents = true;
  copy.allowWildcard = true;
  copy.allowEmptyWildcard = true;
  copy.attemptUnpackDockerCompatibility =
      request.unpack.value_or(request.isAdd);

  std::string path = source;
  if (request.parents) {
    // What stands before `/./` is not kept.
    std::string pattern = path;
    size_t pivot = path.find("/./");
    if (pivot != std::string::npos) {
      pattern = path.substr(pivot + 3);
      path.resize(pivot);
    } else {
      path = "/";
    }
    if (llvm::failed(normalize(pattern)))
      return llvm::failure();
    if (!hasWildcards(path) && !hasWildcards(pattern)) {
      std::string required = go::joinPath({path, pattern});
      if (llvm::failed(normalize(required)))
        return llvm::failure();
      copy.requiredPaths = {std::move(required)};
    }
    copy.includePatterns = {pattern.starts_with('/') ? pattern.substr(1)
                                                     : pattern};
  }
  if (llvm::failed(normalize(path)))
    return llvm::failure();
  copy.src = ir::cleanActionPath("/", path, /*keepSlash=*/false);
  append(request.from ? request.from->root : context.buildContext,
         std::move(copy));
  return llvm::success();
}

llvm::LogicalResult CopySources::addFile(ast::InlineFile &file) {
  const std::string &os = stage.platform->os;
  go::Parsed<std::string> path =
      ospath::withoutDrive(file.path, os, /*keepSlash=*/false);
  if (!path.ok())
    return dispatch.error(diag::InvalidPath,
                          "removing drive letter: " + path.error);
  append(addInlineFile(context, path.value, 0644, std::move(file.data)),
         plainCopy(path.value));
  return llvm::success();
}

llvm::LogicalResult CopySources::normalize(std::string &path) const {
  go::Parsed<std::string> result =
      ospath::normalize("/", path, stage.platform->os, /*keepSlash=*/false);
  if (!result.ok())
    return dispatch.error(diag::InvalidPath,
                          "removing drive letter: " + result.error);
  path = std::move(result.value);
  return llvm::success();
}

ir::Copy CopySources::plainCopy(std::string_view source) const {
  ir::Copy copy;
  copy.src = ir::cleanActionPath("/", source, /*keepSlash=*/false);
  copy.dest = dest;
  copy.mode = mode.mode;
  copy.modeStr = mode.symbolic;
  copy.createDestPath = true;
  copy.timestamp = -1;
  copy.excludePatterns = request.excludes;
  return copy;
}

void CopySources::append(ir::ValueId source, ir::Copy copy) {
  copies.push_back({source, std::move(copy)});
}

} // namespace llb::lower
