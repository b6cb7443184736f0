// SPDX-License-Identifier: Apache-2.0
//
// The values of `--secret` and `--ssh`.
#ifndef LLB_DRIVER_SECRETS_H
#define LLB_DRIVER_SECRETS_H

#include "llb/Driver/Options.h"

namespace llb::driver {

/// Adds a secret as docker build spells it: `id=ID` with `src=FILE` or
/// `env=VARIABLE`. Returns what is wrong.
std::string readSecretOption(const std::string &text,
                             std::map<std::string, SecretSource> &secrets);

/// Adds an agent as docker build spells it: `default`, or `ID=PATH[,PATH]` with
/// a socket or private keys. Returns what is wrong.
std::string
readSshOption(const std::string &text,
              std::map<std::string, std::vector<std::string>> &agents);

} // namespace llb::driver

#endif
