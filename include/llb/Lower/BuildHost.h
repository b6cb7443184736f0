// SPDX-License-Identifier: Apache-2.0
//
// What lowering can ask of a builder that waits for the result. A compiler by
// itself has no such partner; a frontend inside BuildKit does.
#ifndef LLB_LOWER_BUILDHOST_H
#define LLB_LOWER_BUILDHOST_H

#include "llb/IR/Ops.h"

#include <optional>
#include <string>
#include <vector>

namespace llb::lower {

class BuildHost {
public:
  virtual ~BuildHost() = default;

  /// The patterns of the `.dockerignore` of the local directory `name`, which
  /// the named context `key` stands for. On failure returns nothing and sets
  /// `error`.
  virtual std::optional<std::vector<std::string>>
  ignorePatterns(const std::string &name, const std::string &key,
                 std::string &error) = 0;

  /// The definition that the client handed in under `name`, null if there is
  /// none.
  virtual const std::string *input(const std::string &name) = 0;

  /// When what `source` names was last changed, in seconds since 1970; nothing
  /// if that is not known, with `error` set if asking failed.
  virtual std::optional<int64_t> sourceTime(const ir::Source &source,
                                            const std::string &logName,
                                            std::string &error) = 0;
};

} // namespace llb::lower

#endif
