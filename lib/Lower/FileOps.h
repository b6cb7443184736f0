// SPDX-License-Identifier: Apache-2.0
//
// Parts of file operations that several instructions make, as BuildKit's client
// writes them (v0.32.2, client/llb fileop.go).
#ifndef LLB_LOWER_FILEOPS_H
#define LLB_LOWER_FILEOPS_H

#include "State.h"

namespace llb::lower {

/// `user[:group]`. Numbers and `root` become ids; another name is looked up in
/// input `base` when it is executed (`noIndex`: it cannot be).
ir::ChownOpt parseOwner(std::string_view text, int64_t base);

/// A file operation of one action without second input on `base`, which may be
/// invalid: scratch.
ir::Vertex fileVertex(ir::ValueId base,
                      decltype(ir::FileAction::action) action);

/// Adds an operation whose result holds one file.
ir::ValueId addInlineFile(LowerContext &context, std::string_view name,
                          int32_t mode, std::string data);

} // namespace llb::lower

#endif
