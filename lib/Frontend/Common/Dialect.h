// SPDX-License-Identifier: Apache-2.0
//
// How a language with Docker's statements writes them.
#ifndef LLB_FRONTEND_COMMON_DIALECT_H
#define LLB_FRONTEND_COMMON_DIALECT_H

#include "llb/AST/Words.h"

namespace llb::frontend {

struct Dialect {
  ast::Vocabulary words = ast::Vocabulary::Docker;
  /// Ickfiles only. Docker's words are read all the same, so that they can be
  /// refused one by one.
  bool strict = false;
  /// Ickfiles only: PLEASE DO and COME FROM are one word each.
  bool twoWords = false;
};

} // namespace llb::frontend

#endif
