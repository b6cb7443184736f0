// SPDX-License-Identifier: Apache-2.0
//
// Whether an operation can be written at all: proto3 has no text but UTF-8.
#ifndef LLB_IR_VALIDTEXT_H
#define LLB_IR_VALIDTEXT_H

#include "llb/IR/Module.h"

namespace llb::ir {

class TextChecker {
public:
  /// Whether every text field of `op` is UTF-8. Go's marshaller refuses an
  /// operation where one is not (proto.Marshal, protobuf-go v1.36); fields of
  /// bytes, such as the content of a file, may hold anything.
  bool isValid(const Op &op);

private:
  /// Most steps share one environment, which is read once.
  StringList lastValid;
};

} // namespace llb::ir

#endif
