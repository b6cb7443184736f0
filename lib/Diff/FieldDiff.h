// SPDX-License-Identifier: Apache-2.0
//
// Two operations, field by field.
#ifndef LLB_DIFF_FIELDDIFF_H
#define LLB_DIFF_FIELDDIFF_H

#include "llb/Diff/Diff.h"

namespace llb::diff {

/// The fields of `before` and `after` that differ, without inputs and volatile
/// parts; at most 20.
std::vector<FieldChange> diffFields(const ir::Op &before, const ir::Op &after);

} // namespace llb::diff

#endif
