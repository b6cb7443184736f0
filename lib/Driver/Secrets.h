// SPDX-License-Identifier: Apache-2.0
//
// The value of `--secret`.
#ifndef LLB_DRIVER_SECRETS_H
#define LLB_DRIVER_SECRETS_H

#include "llb/Driver/Options.h"

namespace llb::driver {

/// Adds a secret as docker build spells it: `id=ID` with `src=FILE` or
/// `env=VARIABLE`. Returns what is wrong.
std::string readSecretOption(const std::string &text,
                             std::map<std::string, SecretSource> &secrets);

} // namespace llb::driver

#endif
