// SPDX-License-Identifier: Apache-2.0
//
// The patterns of a filter, ready to judge paths.
#ifndef LLB_CONTEXT_FILTERMATCHERS_H
#define LLB_CONTEXT_FILTERMATCHERS_H

#include "llb/Context/Walk.h"
#include "llb/Support/PatternMatcher.h"

namespace llb::context {

/// fsutil.NewFilterFS. Any thread may ask.
class FilterMatchers {
public:
  static llvm::Expected<FilterMatchers> create(const Directory &directory,
                                               const Filter &filter);

  enum class Verdict { Send, Skip, SkipTree };
  /// `include` and `exclude` are in: the parent's, out: those of `path`.
  llvm::Expected<Verdict> judge(const std::string &path, bool isDirectory,
                                PatternMatcher::DirMatches &include,
                                PatternMatcher::DirMatches &exclude) const;

private:
  std::unique_ptr<PatternMatcher> includes, excludes;
};

} // namespace llb::context

#endif
