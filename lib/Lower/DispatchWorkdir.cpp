// SPDX-License-Identifier: Apache-2.0
//
// WORKDIR. The directory is made even if it exists, and its path is cleaned
// only there: config, history and the directory of later steps keep an absolute
// path as it was written.
#include "CustomName.h"
#include "FileOps.h"
#include "OsPath.h"
#include "llb/Check/Rules.h"
#include "llb/IR/ActionPath.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Nanoseconds.h"

namespace llb::lower {

/// Sets directory and config; on failure returns BuildKit's text.
static std::string setWorkdir(StageState &stage, std::string_view path) {
  const std::string &os = stage.platform->os;
  go::Parsed<std::string> dir =
      ospath::normalize(stage.image.workingDir, path, os, /*keepSlash=*/false);
  if (!dir.ok())
    return "normalizing workdir: normalizing working directory: " + dir.error;
  stage.image.workingDir = ospath::fromSlash(dir.value, os);
  stage.dir = std::move(dir.value);
  return {};
}

llvm::LogicalResult applyBaseWorkdir(LowerContext &context, StageState &stage) {
  std::string error = setWorkdir(stage, std::string(stage.image.workingDir));
  if (error.empty())
    return llvm::success();
  context.diags.report(diag::InvalidPath, stage.range, error)
      .place(stage.lines);
  return llvm::failure();
}

llvm::LogicalResult dispatchStmt(Dispatch &dispatch,
                                 const ast::WorkdirStmt &stmt) {
  StageState &stage = dispatch.stage;
  std::string path = stmt.path;
  if (llvm::failed(dispatch.expand(path)))
    return llvm::failure();
  if (!stage.workdirSet && !ospath::isAbsolute(path, stage.platform->os))
    check::relativeWorkdir(dispatch.context.linter, stmt, path);
  stage.workdirSet = true;
  if (std::string error = setWorkdir(stage, path); !error.empty())
    return dispatch.error(diag::InvalidPath, error);

  bool makesLayer = stage.dir != "/";
  if (makesLayer) {
    ir::MkDir mkdir;
    mkdir.path = ir::cleanActionPath("/", stage.dir, /*keepSlash=*/false);
    mkdir.mode = 0755;
    mkdir.makeParents = true;
    if (!stage.image.user.empty())
      mkdir.owner =
          parseOwner(stage.image.user, stage.root.valid() ? 0 : ir::noIndex);
    mkdir.timestamp = stage.epoch ? nanosecondsOf(*stage.epoch) : -1;
    ir::Vertex vertex = fileVertex(stage.root, std::move(mkdir));
    vertex.metadata.description["llb.customname"] = stepName(
        dispatch.context, stage, stepText(dispatch), stage.platform, stage.env);
    vertex.locations = dispatch.context.locations(stmt.lines);
    stage.setRoot({dispatch.context.builder.add(std::move(vertex)), 0});
  }
  stage.addHistory("WORKDIR " + stage.dir, makesLayer);
  return llvm::success();
}

} // namespace llb::lower
