// SPDX-License-Identifier: Apache-2.0
//
// What BuildKit v0.32.2 takes for a git reference, and what it makes of it.
#include "llb/Support/GitRef.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

GitRef git(std::string_view text) {
  GitRef ref;
  std::string error;
  EXPECT_EQ(GitRef::parse(text, ref, error), GitRef::Kind::Git) << text;
  return ref;
}

std::string errorOf(std::string_view text) {
  GitRef ref;
  std::string error;
  EXPECT_EQ(GitRef::parse(text, ref, error), GitRef::Kind::Invalid) << text;
  return error;
}

TEST(GitRef, LeavesOtherTextsAlone) {
  for (std::string_view text :
       {"", "./a.git", "../a.git", "a/b", "https://example.com/a.tar.gz",
        "ftp://example.com/a.git", "https://exa mple.com/a.git", "a@b",
        "git@host:path?a;b", "git@host:a\nb"}) {
    GitRef ref;
    std::string error;
    EXPECT_EQ(GitRef::parse(text, ref, error), GitRef::Kind::NotGit) << text;
  }
}

TEST(GitRef, SplitsUrls) {
  GitRef ref = git("HTTPS://me:pw@example.com:8/a%2Fb/../c.git#v1:./d/..//e");
  EXPECT_EQ(ref.remote, "https://me:pw@example.com:8/a%2Fb/../c.git");
  EXPECT_EQ(ref.url, ref.remote);
  EXPECT_EQ(ref.hostPath, "example.com:8/a/c.git");
  EXPECT_EQ(ref.ref, "v1");
  EXPECT_EQ(ref.subdir, "e");
  EXPECT_EQ(ref.shortName, "c");
  EXPECT_FALSE(ref.unencryptedTcp || ref.ssh || ref.indistinguishableFromLocal);
  EXPECT_TRUE(git("git://example.com/a").unencryptedTcp);
  EXPECT_TRUE(git("ssh://git@example.com:22/a").ssh);
}

TEST(GitRef, SplitsScpStyle) {
  GitRef ref = git("git@github.com:moby/buildkit.git?submodules=0#:sub");
  EXPECT_EQ(ref.remote, "git@github.com:moby/buildkit.git");
  EXPECT_EQ(ref.hostPath, "github.com/moby/buildkit.git");
  EXPECT_EQ(ref.ref, "");
  EXPECT_EQ(ref.subdir, "sub");
  EXPECT_EQ(ref.submodules, false);
  EXPECT_TRUE(ref.ssh);
}

TEST(GitRef, SuppliesTheSchemeOfGithub) {
  GitRef ref = git("github.com/moby/buildkit#main");
  EXPECT_TRUE(ref.indistinguishableFromLocal);
  EXPECT_EQ(ref.remote, "github.com/moby/buildkit");
  EXPECT_EQ(ref.url, "https://github.com/moby/buildkit");
  EXPECT_EQ(ref.hostPath, "github.com/moby/buildkit");
}

TEST(GitRef, ReadsTheQuery) {
  GitRef ref = git("https://h/r.git?tag=v1&commit=abc&keep-git-dir&"
                   "fetch-by-commit=false&mtime=commit&subdir=x/../y");
  EXPECT_EQ(ref.ref, "refs/tags/v1");
  EXPECT_EQ(ref.checksum, "abc");
  EXPECT_EQ(ref.keepGitDir, true);
  EXPECT_EQ(ref.fetchByCommit, false);
  EXPECT_FALSE(ref.submodules.has_value());
  EXPECT_EQ(ref.mtime, "commit");
  EXPECT_EQ(ref.subdir, "x/../y");
  EXPECT_EQ(git("https://h/r.git?branch=refs/heads/b#refs/heads/b").ref,
            "refs/heads/b");
}

TEST(GitRef, ReportsBadQueries) {
  EXPECT_EQ(errorOf("https://h/r.git?ref="), "query \"ref\" has no value");
  EXPECT_EQ(errorOf("https://h/r.git?ref=a&ref=b"),
            "query \"ref\" has multiple values");
  EXPECT_EQ(errorOf("https://h/r.git?x=1"), "unexpected query \"x\"");
  EXPECT_EQ(errorOf("https://h/r.git?ref=b#a"),
            "ref conflicts: \"a\" vs \"b\"");
  EXPECT_EQ(errorOf("https://h/r.git?subdir=b#:a"),
            "subdir conflicts: \"a\" vs \"b\"");
  EXPECT_EQ(errorOf("https://h/r.git?tag=a&branch=b"),
            "branch conflicts with tag");
  EXPECT_EQ(errorOf("https://h/r.git?submodules=y"),
            "invalid submodules value: \"y\"");
  EXPECT_EQ(errorOf("https://h/r.git?mtime=now"),
            "invalid mtime value: \"now\" (must be \"checkout\" or "
            "\"commit\")");
}

} // namespace
