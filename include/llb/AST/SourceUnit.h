// SPDX-License-Identifier: Apache-2.0
//
// What a frontend makes of one file. Languages with Docker's statements share
// one AST; a language with a structure of its own adds its AST here, and its
// lowering in lib/Lower.
#ifndef LLB_AST_SOURCEUNIT_H
#define LLB_AST_SOURCEUNIT_H

#include "llb/AST/BuildFile.h"
#include "llb/AST/Mockerfile.h"

#include <variant>

namespace llb::ast {

using SourceUnit = std::variant<BuildFile, Mockerfile>;

} // namespace llb::ast

#endif
