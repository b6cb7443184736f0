// SPDX-License-Identifier: Apache-2.0
//
// COPY and ADD: one file operation with an action for each source, files that
// are written in the instruction last (CopySources.h tells of both). With
// `--link` the files are put together on scratch and merged with the base, so
// that they survive a change of it (BuildKit v0.32.2,
// dockerfile2llb/convert_copy.go).
#include "CopySources.h"
#include "CustomName.h"
#include "FileOps.h"
#include "OsPath.h"
#include "Sources.h"

#include "llb/IR/ActionPath.h"
#include "llb/Support/GoPath.h"
#include "llb/Support/LowerDiags.h"

namespace llb::lower {
namespace {

bool isGit(std::string_view source) {
  GitRef ref;
  std::string error;
  return GitRef::parse(source, ref, error) == GitRef::Kind::Git;
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
    CopySources sources(dispatch, request, dest, mode, name);
    for (const std::string &source : request.sources)
      if (llvm::failed(sources.add(source)))
        return llvm::failure();
    for (ast::InlineFile &file : request.files)
      if (llvm::failed(sources.addFile(file)))
        return llvm::failure();
    copies = sources.take();
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
    if (!isHttpSource(source) && !isGit(source))
      return dispatch.errorAt(request.checksum, diag::ChecksumOfLocal);
    return llvm::success();
  }

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
      if (request.isAdd && isHttpSource(source))
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
  CopySources::Copies copies;
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
