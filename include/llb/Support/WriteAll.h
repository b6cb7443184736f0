// SPDX-License-Identifier: Apache-2.0
//
// write(2) and send(2) until all is gone: both may take a part, or be
// interrupted.
#ifndef LLB_SUPPORT_WRITEALL_H
#define LLB_SUPPORT_WRITEALL_H

#include <string_view>

namespace llb {

/// Returns 0 or errno, which is left set too. Waits for a descriptor that would
/// rather not.
int writeAll(int fd, std::string_view data);

/// The same to a socket, without SIGPIPE if nobody reads it any more.
int sendAll(int socket, std::string_view data);

} // namespace llb

#endif
