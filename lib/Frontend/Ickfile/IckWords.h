// SPDX-License-Identifier: Apache-2.0
//
// Which words an Ickfile should not have: Docker's, and those of two words.
#ifndef LLB_FRONTEND_ICKFILE_ICKWORDS_H
#define LLB_FRONTEND_ICKFILE_ICKWORDS_H

#include "../Common/RawStmt.h"
#include "llb/Frontend/Frontend.h"

namespace llb::frontend {

/// Adds what is to be said about the words of one statement; an error if
/// `options` are strict.
void checkIckWords(const RawStmt &raw, const ParseOptions &options,
                   std::vector<Diagnostic> &found);

} // namespace llb::frontend

#endif
