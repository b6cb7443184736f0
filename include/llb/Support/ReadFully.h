// SPDX-License-Identifier: Apache-2.0
//
// read(2) until there is enough: it may give a part, or be interrupted.
#ifndef LLB_SUPPORT_READFULLY_H
#define LLB_SUPPORT_READFULLY_H

#include <cstddef>

namespace llb {

/// Returns how much was read: less than `size` at the end, where errno is 0, or
/// after a failure, whose errno is left.
size_t readFully(int fd, char *to, size_t size);

} // namespace llb

#endif
