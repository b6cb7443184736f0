// SPDX-License-Identifier: Apache-2.0
//
// Which commit a git source stands for, asked of its remote (BuildKit v0.32.2,
// source/git, resolveMetadata).
#include "Git.h"

#include "llb/Support/GoText.h"

#include <algorithm>
#include <cctype>

namespace llb::engine {
namespace {

/// The lines `NAME\tVALUE` of ls-remote, by value.
std::map<std::string, std::string> parseRefs(std::string_view text) {
  std::map<std::string, std::string> refs;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    size_t tab = line.find('\t');
    if (tab != std::string_view::npos)
      refs.emplace(line.substr(tab + 1), line.substr(0, tab));
  }
  return refs;
}

/// The branch that the remote's HEAD is.
llvm::Expected<std::string> defaultBranch(Git &git, const GitRemote &remote) {
  auto answer = git.run({"ls-remote", "--symref", "--", remote.url, "HEAD"});
  if (!answer)
    return aboutRemote("error fetching default branch for repository", remote,
                       answer.takeError());
  constexpr std::string_view mark = "refs/heads/";
  size_t at = answer->find(mark);
  if (at == std::string::npos)
    return textError("could not find default branch for repository: " +
                     remote.shownUrl());
  at += mark.size();
  std::string name =
      answer->substr(at, answer->find_first_of(" \t\n", at) - at);
  if (name.starts_with('-'))
    return textError("invalid git ref " + go::quote(name));
  return name;
}

std::string withPrefix(const std::string &ref, std::string_view prefix) {
  return ref.starts_with(prefix) ? ref : std::string(prefix) + ref;
}

llvm::Error mismatch(const GitRemote &remote, const std::string &got) {
  return textError("expected checksum to match " + remote.checksum + ", got " +
                   got);
}

/// Asks the remote.
llvm::Expected<GitCommit> askRemote(Git &git, const GitRemote &remote) {
  std::string ref = remote.ref;
  if (ref.empty()) {
    auto branch = defaultBranch(git, remote);
    if (!branch)
      return branch.takeError();
    ref = *branch;
  }
  auto answer = git.run({"ls-remote", "--", remote.url, ref, ref + "^{}"});
  if (!answer)
    return aboutRemote("failed to fetch remote", remote, answer.takeError());
  std::map<std::string, std::string> refs = parseRefs(*answer);
  std::string tag = withPrefix(ref, "refs/tags/");
  GitCommit commit;
  // A branch comes before a tag of the same name.
  for (const std::string &name :
       {withPrefix(ref, "refs/"), withPrefix(ref, "refs/heads/"), tag}) {
    auto found = refs.find(name);
    if (found == refs.end())
      continue;
    commit.ref = name;
    commit.id = found->second;
    break;
  }
  if (commit.id.empty())
    return textError("repository " + remote.shownUrl() +
                     " does not contain ref " + ref);
  if (auto peeled = refs.find(tag + "^{}");
      peeled != refs.end() && commit.ref == tag)
    commit.peeled = peeled->second;
  if (!isCommitId(commit.id) ||
      (!commit.peeled.empty() && !isCommitId(commit.peeled)))
    return textError("invalid commit sha " + go::quote(commit.id));
  if (!commit.id.starts_with(remote.checksum) &&
      !commit.peeled.starts_with(remote.checksum))
    return mismatch(remote, commit.peeled.empty()
                                ? commit.id
                                : commit.id + " or " + commit.peeled);
  return commit;
}

} // namespace

llvm::Error aboutRemote(const char *what, const GitRemote &remote,
                        llvm::Error error) {
  return textError(std::string(what) + " " + remote.shownUrl() + ": " +
                   textOf(std::move(error)));
}

llvm::Expected<GitCommit> resolveGit(Workshop &shop, const ir::Source &source) {
  auto remote = GitRemote::of(source);
  if (!remote)
    return remote.takeError();
  const std::string &sum = remote->checksum;
  if (!std::all_of(sum.begin(), sum.end(), [](char c) {
        return std::isxdigit(static_cast<unsigned char>(c));
      }))
    return textError("invalid checksum " + sum +
                     " for Git URL, expected hex commit hash");
  if (isCommitId(remote->ref)) {
    if (!remote->ref.starts_with(sum))
      return mismatch(*remote, remote->ref);
    return GitCommit{remote->ref, remote->ref, ""};
  }
  if (remote->fetchByCommit) {
    if (!isCommitId(sum))
      return textError(
          sum.empty()
              ? "fetch-by-commit requires a checksum or a commit SHA ref"
              : "fetch-by-commit requires a full commit SHA checksum, got " +
                    go::quote(sum));
    const std::string &ref = remote->ref;
    return GitCommit{ref.empty()                ? sum
                     : ref.starts_with("refs/") ? ref
                                                : "refs/heads/" + ref,
                     sum, ""};
  }
  auto git = Git::open(shop, source, *remote);
  if (!git)
    return git.takeError();
  return askRemote(*git, *remote);
}

std::string gitContent(const ir::Source &source, const GitCommit &commit) {
  // The repository that is kept names the reference and has the tag.
  return attributeOf(source, "git.keepgitdir") == "true"
             ? commit.id + " " + commit.ref
             : commit.commit();
}

} // namespace llb::engine
