// SPDX-License-Identifier: Apache-2.0
//
// The program git, kept apart from this machine: it sees no configuration but
// ours, runs no hooks, asks nobody, and speaks only the protocols it is
// allowed.
#ifndef LLB_ENGINE_GIT_H
#define LLB_ENGINE_GIT_H

#include "Steps.h"

namespace llb::engine {

/// A git source, read from its operation.
struct GitRemote {
  std::string url;
  /// Branch, tag, reference or commit; empty for the remote's own choice.
  std::string ref;
  std::string subdir;
  std::string checksum;
  bool keepGitDir = false;
  bool skipSubmodules = false;
  bool fetchByCommit = false;
  /// Files get the time of the commit.
  bool commitTimes = false;

  static llvm::Expected<GitRemote> of(const ir::Source &source);
  /// `url` for messages, without a password.
  std::string shownUrl() const;
};

class Git {
public:
  /// Ready to reach the remote of `source`, with its secrets and SSH agent.
  static llvm::Expected<Git> open(Workshop &shop, const ir::Source &source,
                                  const GitRemote &remote);

  /// What `git ARGS` says on standard output. Its error ends with what it said
  /// on standard error. A clone that a server cannot make shallow is made
  /// whole.
  llvm::Expected<std::string> run(std::vector<std::string> args);

  /// Options of the commands to come.
  std::string gitDir, workTree;
  /// Fetch from a repository of this machine, and nowhere else.
  bool local = false;
  /// The step whose progress shows what git says, if there is one.
  std::optional<unsigned> step;

private:
  Git(Workshop &shop, std::string path) : shop(shop), path(std::move(path)) {}
  void configure(const std::string &key, const std::string &value) {
    config.emplace_back(key, value);
  }
  llvm::Error authorize(const ir::Source &source, const GitRemote &remote);
  std::vector<std::string> environment() const;

  Workshop &shop;
  std::string path;
  std::vector<std::pair<std::string, std::string>> config;
  std::vector<std::string> sshEnv;
};

/// Whether `text` is a whole object name, in SHA-1 or SHA-256.
bool isCommitId(std::string_view text);

/// `WHAT URL: error`.
llvm::Error aboutRemote(const char *what, const GitRemote &remote,
                        llvm::Error error);
/// Asks the remote which commit the source stands for.
llvm::Expected<GitCommit> resolveGit(Workshop &shop, const ir::Source &source);
/// What tells the result of a git source from others.
std::string gitContent(const ir::Source &source, const GitCommit &commit);
/// Checks the source out, at the commit that it was resolved to, if it was.
llvm::Expected<Snapshot> fetchGit(Workshop &shop, const ir::Source &source,
                                  unsigned step);

} // namespace llb::engine

#endif
