// SPDX-License-Identifier: Apache-2.0
//
// The transfer of one blob.
#ifndef LLB_REGISTRY_BLOBFETCH_H
#define LLB_REGISTRY_BLOBFETCH_H

#include "Session.h"
#include "llb/Support/Hasher.h"

namespace llb::registry {

class BlobFetch {
public:
  BlobFetch(Session &session, const Descriptor &blob, int fd)
      : session(session), blob(blob), fd(fd) {}

  /// Content with another digest is asked for once more.
  bool run(std::string &error);

private:
  bool transfer(std::string &error);
  bool restart();

  Session &session;
  const Descriptor &blob;
  int fd;
  Hasher hasher;
  int64_t received = 0;
};

} // namespace llb::registry

#endif
