// SPDX-License-Identifier: Apache-2.0
//
// Definitions that a client hands to a frontend besides the build file: another
// build's result as this one's context.
#ifndef LLB_LOWER_INPUTDEFINITION_H
#define LLB_LOWER_INPUTDEFINITION_H

#include "State.h"

namespace llb::lower {

/// Adds the operations of a serialised Definition, with their places; the value
/// is what it returns, invalid for scratch. Reports what is wrong with it.
llvm::FailureOr<ir::ValueId> addDefinition(LowerContext &context,
                                           std::string_view bytes);

/// The image config among an input's metadata, a JSON object of base64 values.
struct InputConfig {
  std::optional<std::string> json;
  std::string error;
};
InputConfig findInputConfig(std::string_view metadata);

} // namespace llb::lower

#endif
