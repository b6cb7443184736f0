// SPDX-License-Identifier: Apache-2.0
//
// `--emit=bundle`: everything a compile found out as one JSON object.
#ifndef LLB_DRIVER_BUNDLE_H
#define LLB_DRIVER_BUNDLE_H

#include "llb/Lower/Lower.h"
#include "llb/Support/DiagEngine.h"

#include <llvm/Support/raw_ostream.h>

namespace llb::driver {

/// Writes `{"outputs","meta","warnings","error","lock"}`; `lowered` is null if
/// the compile failed. With `gateway` the metadata is in `meta` under the keys
/// that BuildKit's gateway gives, and warnings have its wording; without,
/// outputs carry the image configs themselves.
void writeBundle(const lower::Lowered *lowered, bool gateway,
                 const DiagEngine &diags, llvm::raw_ostream &out);

} // namespace llb::driver

#endif
