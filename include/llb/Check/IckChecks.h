// SPDX-License-Identifier: Apache-2.0
//
// What INTERCAL would say of an Ickfile. None of it is BuildKit's, and none of
// it is said unless `check=ick` asks for it. The numbers are INTERCAL's; every
// one stands for a rule with the same outcome on each run.
#ifndef LLB_CHECK_ICKCHECKS_H
#define LLB_CHECK_ICKCHECKS_H

#include "llb/Check/Linter.h"

namespace llb::check {

/// IckDockerWord, IckUnknownStage and IckPoliteness, for a file without errors.
void checkIck(const ast::BuildFile &file, Linter &linter);

/// Adds the number of the INTERCAL error that fits, if any, as a note.
void addIckNumber(Diagnostic &diag);

} // namespace llb::check

#endif
