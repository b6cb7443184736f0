// SPDX-License-Identifier: Apache-2.0
//
// Operations in the words of their authors: the line that an operation came
// from, the name of its step, or what it does.
#ifndef LLB_IR_PLACES_H
#define LLB_IR_PLACES_H

#include "llb/IR/Module.h"

namespace llb::ir {

/// The first line of the first place that has one.
struct SourceLine {
  /// As in the source map: `Dockerfile`.
  std::string file;
  /// From 1; 0 if there is no place.
  int32_t line = 0;

  bool valid() const { return line != 0; }
  /// `Dockerfile:3`, or nothing.
  std::string str() const;
};

SourceLine lineOf(const Module &module, const Node &node);

/// The name its frontend gave the step (`[2/3] COPY a b`), or what the
/// operation does in a few words (`source local://context`).
std::string titleOf(const Node &node);

/// `Dockerfile:3 [2/3] COPY a b`: place and title, as far as they are known.
std::string describeNode(const Module &module, const Node &node);

} // namespace llb::ir

#endif
