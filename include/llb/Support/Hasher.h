// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 of data that comes in pieces.
#ifndef LLB_SUPPORT_HASHER_H
#define LLB_SUPPORT_HASHER_H

#include "llb/Support/Digest.h"

#include <cstddef>
#include <memory>

namespace llb {

class Hasher {
public:
  Hasher();
  ~Hasher();
  Hasher(Hasher &&) noexcept;
  Hasher &operator=(Hasher &&) noexcept;

  void update(const void *data, std::size_t size);
  void update(std::string_view data) { update(data.data(), data.size()); }
  /// The digest of all that came; the hasher is spent.
  Digest finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

/// The 64 hexadecimal digits of a digest alone, as blobs are named.
std::string hexDigits(const Digest &digest);

} // namespace llb

#endif
