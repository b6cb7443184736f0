// SPDX-License-Identifier: Apache-2.0
//
// Answers to the frontend's subrequests (option `requestid`), which take the
// place of a build: what `docker buildx build --call` shows. They are compared
// by the byte, as clients print and parse them (BuildKit v0.32.2,
// frontend/subrequests).
#ifndef LLB_LOWER_ANSWER_H
#define LLB_LOWER_ANSWER_H

#include "State.h"

namespace llb::lower {

/// Result metadata: `result.json`, `result.txt`, `version`, and for lint
/// `result.statuscode`.
using Answer = std::map<std::string, std::string>;

/// `frontend.subrequests.describe`: which requests there are.
Answer answerDescribe();

/// `frontend.lint`: the checks reported to `diags`, in order, and the first
/// error, if any, which is part of the answer and not a failure of the request.
/// Without a target all stages have to be dispatched before.
Answer answerLint(const ast::BuildFile &file, const LowerOptions &options,
                  const FrontendOptions &frontend, const DiagEngine &diags);

/// `frontend.targets`: the stages of the file, which has no errors. No check
/// runs for it and no option counts.
Answer answerTargets(const ast::BuildFile &file);

/// `frontend.outline`: the arguments, secrets and ssh agents that `target`
/// takes, after it was dispatched.
Answer answerOutline(const ast::BuildFile &file, const StageState &target);

/// `frontend.convertllb`: the operations of a module with one result.
Answer answerConvertLlb(const ir::Module &module);

} // namespace llb::lower

#endif
