// SPDX-License-Identifier: Apache-2.0
//
// COPY and ADD: one file operation with an action for each source, files that
// are written in the instruction last. ADD may take sources from git and HTTP.
// With `--link` the files are put together on scratch and merged with the base,
// so that they survive a change of it (BuildKit v0.32.2,
// dockerfile2llb/convert_copy.go).
#include "CopyMode.h"
#include "CustomName.h"
#include "FileOps.h"
#include "OsPath.h"
#include "Sources.h"
#include "llb/Check/Rules.h"
#include "llb/IR/ActionPath.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/GoUrl.h"
#include "llb/Support/LowerDiags.h"

namespace llb::lower {
namespace {

/// COPY or ADD with its words expanded.
struct CopyRequest {
  bool isAdd = false;
  std::vector<std::string> sources;
  std::vector<ast::InlineFile> files;
  std::string dest;
  std::string chown;
  std::string chmod;
  std::string checksum;
  std::vector<std::string> excludes;
  bool link = false;
  bool parents = false;
  std::optional<bool> keepGitDir;
  std::optional<bool> unpack;
  /// What is copied from; null is the build context.
  StageState *from = nullptr;
};

bool isHttp(std::string_view source) {
  return source.starts_with("http://") || source.starts_with("https://");
}

bool isGit(std::string_view source) {
  GitRef ref;
  std::string error;
  return GitRef::parse(source, ref, error) == GitRef::Kind::Git;
}

/// Whether `path` has wildcards that no backslash escapes.
bool hasWildcards(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i)
    if (path[i] == '\\')
      ++i;
    else if (path[i] == '*' || path[i] == '?' || path[i] == '[')
      return true;
  return false;
}

/// The text of digest.Parse's error, empty for a digest.
std::string_view digestError(std::string_view text) {
  constexpr std::string_view badFormat = "invalid checksum digest format";
  auto isLowerAlnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return badFormat;
  std::string_view algorithm = text.substr(0, colon);
  std::string_view hex = text.substr(colon + 1);
  size_t length = algorithm == "sha256"   ? 64
                  : algorithm == "sha384" ? 96
                  : algorithm == "sha512" ? 128
                                          : 0;
  if (length != 0) {
    if (hex.size() != length)
      return "invalid checksum digest length";
    bool good = hex.find_first_not_of("0123456789abcdef") == hex.npos;
    return good ? "" : badFormat;
  }
  bool afterSeparator = true;
  for (char c : algorithm) {
    bool separator = c == '.' || c == '+' || c == '_' || c == '-';
    if (separator ? afterSeparator : !isLowerAlnum(c))
      return badFormat;
    afterSeparator = separator;
  }
  for (char c : hex)
    if (!isLowerAlnum(c) && !(c >= 'A' && c <= 'Z') && c != '=' && c != '_' &&
        c != '-')
      return badFormat;
  return afterSeparator ? badFormat : "unsupported digest algorithm";
}

class CopyLowering {
public:
  CopyLowering(Dispatch &dispatch, CopyRequest request)
      : dispatch(dispatch), context(dispatch.context), stage(dispatch.stage),
        request(std::move(request)) {}

  llvm::LogicalResult lower() {
    if (llvm::failed(resolveDest()) || llvm::failed(readMode()) ||
        llvm::failed(checkChecksum()))
      return llvm::failure();
    text = stepText(dispatch);
    name = stepName(context, stage, text, stage.platform, stage.env);
    for (const std::string &source : request.sources)
      if (llvm::failed(addSource(source)))
        return llvm::failure();
    for (ast::InlineFile &file : request.files)
      if (llvm::failed(addFile(file)))
        return llvm::failure();
    if (request.link && request.chmod.empty() && context.supports("mergeop"))
      addLinked();
    else
      stage.setRoot({context.builder.add(fileOp(stage.root)), 0});
    stage.addHistory(historyText(), /*layer=*/true);
    markPaths();
    return llvm::success();
  }

private:
  llvm::LogicalResult resolveDest() {
    const std::string &os = stage.platform->os;
    go::Parsed<std::string> path =
        ospath::withoutDrive(request.dest, os, /*keepSlash=*/true);
    if (!path.ok())
      return dispatch.error(diag::InvalidPath,
                            "removing drive letter: " + path.error);
    bool absolute = ospath::isAbsolute(path.value, os);
    if (path.value.empty() || path.value == ".")
      path.value = "./";
    path = ospath::normalize(absolute ? "/" : stage.dir, path.value, os,
                             /*keepSlash=*/true);
    if (!path.ok())
      return dispatch.error(diag::InvalidPath, path.error);
    dest = ir::cleanActionPath("/", path.value, /*keepSlash=*/true);
    return llvm::success();
  }

  llvm::LogicalResult readMode() {
    if (request.chmod.empty())
      return llvm::success();
    switch (CopyMode::parse(request.chmod, mode)) {
    case CopyMode::Status::Good:
      return llvm::success();
    case CopyMode::Status::NotOctal:
      return dispatch.errorAt(request.chmod, diag::InvalidChmod, request.chmod);
    case CopyMode::Status::BadSyntax:
      return dispatch.errorAt(request.chmod, diag::InvalidSymbolicMode);
    }
    return llvm::success();
  }

  llvm::LogicalResult checkChecksum() const {
    if (request.checksum.empty())
      return llvm::success();
    if (request.sources.size() != 1)
      return dispatch.errorAt(request.checksum, diag::ChecksumOfSeveral);
    const std::string &source = request.sources.front();
    if (!isHttp(source) && !isGit(source))
      return dispatch.errorAt(request.checksum, diag::ChecksumOfLocal);
    return llvm::success();
  }

  // ---- sources ----

  llvm::LogicalResult addSource(const std::string &source) {
    GitRef ref;
    std::string error;
    GitRef::Kind kind = GitRef::parse(source, ref, error);
    if (kind == GitRef::Kind::Invalid)
      return dispatch.errorAt(source, diag::InvalidGitRef, error);
    if (kind == GitRef::Kind::Git && !ref.indistinguishableFromLocal)
      return addGit(source, ref);
    if (isHttp(source) && kind != GitRef::Kind::Git)
      return addHttp(source);
    return addLocal(source);
  }

  std::string_view copyWord() const {
    return ast::wordOf(ast::StmtKind::Copy, context.file.words);
  }

  llvm::LogicalResult addGit(const std::string &source, const GitRef &ref) {
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

  llvm::LogicalResult addHttp(const std::string &source) {
    if (!request.isAdd)
      return dispatch.errorAt(source, diag::CopyFromUrl, copyWord());
    std::string filename = "__unnamed__";
    if (std::optional<go::Url> url = go::Url::parse(source)) {
      std::string base = go::basePath(url->path);
      if (base != "." && base != "/")
        filename = std::move(base);
    }
    if (!request.checksum.empty())
      if (std::string_view error = digestError(request.checksum);
          !error.empty())
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

  llvm::LogicalResult addLocal(const std::string &source) {
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

  llvm::LogicalResult addFile(ast::InlineFile &file) {
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

  /// Makes `path` absolute.
  llvm::LogicalResult normalize(std::string &path) const {
    go::Parsed<std::string> result =
        ospath::normalize("/", path, stage.platform->os, /*keepSlash=*/false);
    if (!result.ok())
      return dispatch.error(diag::InvalidPath,
                            "removing drive letter: " + result.error);
    path = std::move(result.value);
    return llvm::success();
  }

  /// What the copies of all kinds of sources have in common.
  ir::Copy plainCopy(std::string_view source) const {
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

  void append(ir::ValueId source, ir::Copy copy) {
    copies.push_back({source, std::move(copy)});
  }

  // ---- operations ----

  /// All copies on top of `base`; invalid is scratch.
  ir::Vertex fileOp(ir::ValueId base) {
    ir::Vertex vertex;
    auto &inputs = vertex.op.inputs;
    std::map<ir::ValueId, int64_t> known;
    auto inputOf = [&](ir::ValueId value) {
      if (!value.valid())
        return ir::noIndex;
      auto [place, isNew] =
          known.try_emplace(value, static_cast<int64_t>(inputs.size()));
      if (isNew)
        inputs.push_back(value);
      return place->second;
    };
    int64_t baseIndex = inputOf(base);
    std::optional<ir::ChownOpt> owner;
    if (!request.chown.empty())
      owner = parseOwner(request.chown, baseIndex);

    ir::File file;
    for (auto &[source, copy] : copies) {
      ir::FileAction action;
      action.secondaryInput = inputOf(source);
      action.output = ir::noIndex;
      copy.owner = owner;
      action.action = std::move(copy);
      file.actions.push_back(std::move(action));
    }
    for (size_t i = 1; i < file.actions.size(); ++i)
      file.actions[i].input = static_cast<int64_t>(inputs.size() + i - 1);
    file.actions.front().input = baseIndex;
    file.actions.back().output = 0;
    vertex.op.body = std::move(file);
    vertex.metadata = stepMetadata(name);
    vertex.metadata.caps["file.base"] = true;
    vertex.locations = context.locations(dispatch.stmt.lines);
    return vertex;
  }

  ir::OpMetadata stepMetadata(const std::string &shown) const {
    ir::OpMetadata metadata = namedMetadata(shown);
    metadata.ignoreCache = stage.ignoreCache;
    return metadata;
  }

  void addLinked() {
    ir::Vertex vertex = fileOp(ir::ValueId());
    ir::ProgressGroup group{context.options.progressGroupId,
                            name,
                            /*weak=*/true,
                            {}};
    vertex.metadata.progressGroup = group;
    ir::ValueId files{context.builder.add(std::move(vertex)), 0};
    // The merge counts as the same step.
    --stage.commandIndex;
    std::string shown =
        stepName(context, stage, "LINK " + text, stage.platform, stage.env);
    if (!stage.root.valid()) {
      stage.setRoot(files);
      return;
    }
    group.weak = false;
    ir::Merge merge;
    merge.inputs = {{0, {}}, {1, {}}};
    ir::Vertex merged;
    merged.op.inputs = {stage.root, files};
    merged.op.body = std::move(merge);
    merged.metadata = stepMetadata(shown);
    merged.metadata.caps["mergeop"] = true;
    merged.metadata.progressGroup = std::move(group);
    merged.locations = context.locations(dispatch.stmt.lines);
    stage.setRoot({context.builder.add(std::move(merged)), 0});
  }

  std::string historyText() const {
    std::string result = request.isAdd ? "ADD" : "COPY";
    if (request.parents)
      result += " --parents";
    if (!request.chown.empty())
      result += " --chown=" + request.chown;
    if (!request.chmod.empty())
      result += " --chmod=" + request.chmod;
    for (const std::string &source : request.sources)
      result += " " + source;
    for (const ast::InlineFile &file : request.files)
      result += " <<" + file.path;
    return result + " " + request.dest + " # buildkit";
  }

  /// Notes what is read, so that no more is asked for.
  void markPaths() const {
    for (const std::string &source : request.sources) {
      if (request.isAdd && isHttp(source))
        continue;
      std::string path = go::joinPath({"/", source});
      if (request.from)
        request.from->usedPaths->insert(std::move(path));
      else
        stage.contextPaths.insert(std::move(path));
    }
  }

  Dispatch &dispatch;
  LowerContext &context;
  StageState &stage;
  CopyRequest request;
  /// Absolute, cleaned.
  std::string dest;
  CopyMode mode;
  /// The instruction as shown, and with its count in front.
  std::string text;
  std::string name;
  std::vector<std::pair<ir::ValueId, ir::Copy>> copies;
};

/// Expands what COPY and ADD have in common, in BuildKit's order.
llvm::LogicalResult expandRequest(const Dispatch &dispatch,
                                  CopyRequest &request) {
  if (llvm::failed(dispatch.expand(request.chown)) ||
      llvm::failed(dispatch.expand(request.chmod)) ||
      llvm::failed(dispatch.expand(request.checksum)) ||
      llvm::failed(dispatch.expand(request.sources)) ||
      llvm::failed(dispatch.expand(request.dest)))
    return llvm::failure();
  for (ast::InlineFile &file : request.files)
    if (file.expand && llvm::failed(dispatch.expandBody(file.data)))
      return llvm::failure();
  return llvm::success();
}

template <class Stmt> CopyRequest makeRequest(const Stmt &stmt) {
  CopyRequest request;
  request.sources = stmt.sources;
  request.files = stmt.inlineFiles;
  request.dest = stmt.dest;
  request.chown = stmt.chown;
  request.chmod = stmt.chmod;
  request.excludes = stmt.excludes;
  request.link = stmt.link;
  return request;
}

} // namespace

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::CopyStmt &stmt) {
  CopyRequest request = makeRequest(stmt);
  request.parents = stmt.parents;
  if (llvm::failed(expandRequest(dispatch, request)))
    return llvm::failure();
  if (!dispatch.command.sources.empty()) {
    request.from = dispatch.command.sources.front();
    if (!request.from->dispatched)
      return dispatch.errorAt(stmt.from, diag::CopyFromLaterStage,
                              go::quote(stmt.from),
                              go::quote(dispatch.stage.displayName));
  }
  return CopyLowering(dispatch, std::move(request)).lower();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch, const ast::AddStmt &stmt) {
  CopyRequest request = makeRequest(stmt);
  request.isAdd = true;
  request.checksum = stmt.checksum;
  request.keepGitDir = stmt.keepGitDir;
  request.unpack = stmt.unpack;
  if (llvm::failed(expandRequest(dispatch, request)))
    return llvm::failure();
  return CopyLowering(dispatch, std::move(request)).lower();
}

} // namespace llb::lower
