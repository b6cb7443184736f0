// SPDX-License-Identifier: Apache-2.0
//
// What a build tells while it runs. Calls come from many threads.
#ifndef LLB_ENGINE_PROGRESS_H
#define LLB_ENGINE_PROGRESS_H

#include <llvm/Support/raw_ostream.h>
#include <memory>
#include <string>
#include <string_view>

namespace llb::engine {

enum class ProgressMode { Auto, Plain, Tty, RawJson, Quiet };

enum class StepOutcome { Done, Cached, Failed, Canceled };

class Progress {
public:
  virtual ~Progress();

  /// `step` is the number of the operation in its module.
  virtual void started(unsigned step, const std::string &name) = 0;
  /// Part of what the step's process wrote; `stream` is 1 or 2.
  virtual void output(unsigned step, int stream, std::string_view text) = 0;
  virtual void finished(unsigned step, StepOutcome outcome,
                        const std::string &error) = 0;

  /// `Auto` is `Tty` if `out` is a terminal, else `Plain`.
  static std::unique_ptr<Progress> create(ProgressMode mode,
                                          llvm::raw_ostream &out);
};

} // namespace llb::engine

#endif
