// SPDX-License-Identifier: Apache-2.0
//
// Mounts of a RUN on their way into an exec operation. Their order there is by
// destination, whatever the order of the flags; secrets and ssh agents follow
// unsorted (BuildKit v0.32.2, client/llb exec.go).
#ifndef LLB_LOWER_MOUNTS_H
#define LLB_LOWER_MOUNTS_H

#include "Dispatch.h"
#include "llb/AST/Mount.h"

namespace llb::lower {

/// Reads the `--mount` flags with their values expanded; reports the failure.
llvm::FailureOr<std::vector<ast::Mount>> expandMounts(const Dispatch &dispatch,
                                                      const ast::RunStmt &stmt);

/// Collects mounts and writes them into an operation.
class MountList {
public:
  /// Starts with the root file system, the only mount that is written to.
  explicit MountList(ir::ValueId root);

  /// A script that RUN makes of a heredoc.
  void addScript(ir::ValueId file);
  /// `/dev/shm` of `size` bytes.
  void addSharedMemory(int64_t size);
  /// The mounts of the flags of `stmt`; reports the failure.
  llvm::LogicalResult add(Dispatch &dispatch, const ast::RunStmt &stmt,
                          std::vector<ast::Mount> mounts);

  /// Where the first ssh agent is, or null without one.
  const std::string *sshSocket() const {
    return ssh.empty() ? nullptr : &ssh.front().dest;
  }

  /// Fills mounts, secret variables, inputs and capabilities of `vertex`, whose
  /// body is `exec`, and returns the index of the root's output.
  int64_t write(ir::Vertex &vertex, ir::Exec &exec);

private:
  struct Item {
    ir::Mount mount;
    /// Invalid is scratch.
    ir::ValueId source;
    /// Gets an output.
    bool writable = false;
    bool isRoot = false;
  };

  /// `text` is the mount as it is written.
  llvm::LogicalResult addOne(Dispatch &dispatch, const ast::Mount &mount,
                             std::string_view text, StageState *source);
  void addSecret(Dispatch &dispatch, const ast::Mount &mount);
  llvm::LogicalResult addSsh(Dispatch &dispatch, const ast::Mount &mount,
                             std::string_view text);

  std::vector<Item> items;
  std::vector<ir::Mount> secrets;
  std::vector<ir::SecretEnv> secretEnv;
  bool hasSecret = false;
  std::vector<ir::Mount> ssh;
};

} // namespace llb::lower

#endif
