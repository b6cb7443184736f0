// SPDX-License-Identifier: Apache-2.0
//
// What a step is called in progress output: the instruction as written, its
// word in upper case, variables shown as what they stand for. Names are
// metadata and no part of a digest, but tools compare them. `stepName`
// (State.h) puts stage and count in front.
#ifndef LLB_LOWER_CUSTOMNAME_H
#define LLB_LOWER_CUSTOMNAME_H

#include "Dispatch.h"
#include "llb/AST/Mount.h"

namespace llb::lower {

/// The text of COPY, ADD and WORKDIR: quotes go, unset variables are empty. The
/// text as written if it does not expand.
std::string stepText(const Dispatch &dispatch);

/// The text of RUN: quotes and unset variables stay, values of secrets are
/// `****`. `heredoc` is null, or the body that is the whole command: its first
/// line is shown.
std::string runText(const Dispatch &dispatch,
                    const std::vector<ast::Mount> &mounts,
                    const ast::Heredoc *heredoc);

} // namespace llb::lower

#endif
