// SPDX-License-Identifier: Apache-2.0
//
// What a COPY or ADD copies: each source is an input of the file operation and
// the copy that takes it from there (BuildKit v0.32.2,
// dockerfile2llb/convert_copy.go).
#ifndef LLB_LOWER_COPYSOURCES_H
#define LLB_LOWER_COPYSOURCES_H

#include "CopyMode.h"
#include "Dispatch.h"

#include "llb/Support/GitRef.h"

namespace llb::lower {

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

bool isHttpSource(std::string_view source);

/// Copies with one destination, in the order in which they were added.
class CopySources {
public:
  using Copies = std::vector<std::pair<ir::ValueId, ir::Copy>>;

  /// `dest` is absolute and cleaned; `name` is what the step is shown as. What
  /// a URL says of itself goes into `request`, which must outlive this.
  CopySources(Dispatch &dispatch, CopyRequest &request, std::string dest,
              CopyMode mode, std::string name)
      : dispatch(dispatch), context(dispatch.context), stage(dispatch.stage),
        request(request), dest(std::move(dest)), mode(std::move(mode)),
        name(std::move(name)) {}

  /// Fails after a message.
  llvm::LogicalResult add(const std::string &source);
  /// A file that is written in the instruction; takes its data.
  llvm::LogicalResult addFile(ast::InlineFile &file);
  Copies take() { return std::move(copies); }

private:
  std::string_view copyWord() const;
  llvm::LogicalResult addGit(const std::string &source, const GitRef &ref);
  llvm::LogicalResult addHttp(const std::string &source);
  llvm::LogicalResult addLocal(const std::string &source);
  /// Makes `path` absolute.
  llvm::LogicalResult normalize(std::string &path) const;
  /// What the copies of all kinds of sources have in common.
  ir::Copy plainCopy(std::string_view source) const;
  void append(ir::ValueId source, ir::Copy copy);

  Dispatch &dispatch;
  LowerContext &context;
  StageState &stage;
  CopyRequest &request;
  std::string dest;
  CopyMode mode;
  std::string name;
  Copies copies;
};

} // namespace llb::lower

#endif
