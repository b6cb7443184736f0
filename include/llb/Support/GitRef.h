// SPDX-License-Identifier: Apache-2.0
//
// Git references in ADD sources and contexts.
#ifndef LLB_SUPPORT_GITREF_H
#define LLB_SUPPORT_GITREF_H

#include <optional>
#include <string>
#include <string_view>

namespace llb {

/// dfgitutil.GitRef of BuildKit v0.32.2.
struct GitRef {
  /// What goes to git: the URL without query and fragment. It has no scheme if
  /// `indistinguishableFromLocal`.
  std::string remote;
  /// What llb.Git makes of `remote`: with `https://` if it has no scheme.
  std::string url;
  /// `host/path` of `url` for the identifier: userinfo dropped, path decoded,
  /// cleaned.
  std::string hostPath;
  std::string ref;
  std::string subdir;
  std::string checksum;
  /// Repository name, for the default destination.
  std::string shortName;
  std::optional<bool> keepGitDir;
  std::optional<bool> submodules;
  std::optional<bool> fetchByCommit;
  std::string mtime;
  /// `github.com/...`: could as well be a local path.
  bool indistinguishableFromLocal = false;
  bool unencryptedTcp = false;
  /// `url` goes through ssh.
  bool ssh = false;

  enum class Kind { NotGit, Git, Invalid };
  /// Invalid: `error` is Go's text.
  static Kind parse(std::string_view text, GitRef &result, std::string &error);
};

} // namespace llb

#endif
