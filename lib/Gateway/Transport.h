// SPDX-License-Identifier: Apache-2.0
//
// gRPC talks over one descriptor, BuildKit over two: threads carry the bytes
// between a socket pair and the pipes.
#ifndef LLB_GATEWAY_TRANSPORT_H
#define LLB_GATEWAY_TRANSPORT_H

#include "llb/Support/UniqueFd.h"

#include <llvm/Support/Error.h>
#include <memory>
#include <thread>

namespace llb::gateway {

class Transport {
public:
  static llvm::Expected<std::unique_ptr<Transport>> start(int in, int out);
  /// Waits until all that was written to the socket has reached `out`; whoever
  /// has the socket must have closed it.
  ~Transport();

  /// The end for gRPC, which closes it. To be called once.
  int takeSocket() { return socket.release(); }

private:
  Transport() = default;

  UniqueFd socket;
  /// The end of the threads.
  UniqueFd inner;
  /// Written to when reading is to stop.
  UniqueFd wake;
  std::thread reader;
  std::thread writer;
};

} // namespace llb::gateway

#endif
