// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's low-level calls, for the reason that Digest.cpp gives.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "llb/Support/Hasher.h"

#include <openssl/sha.h>

namespace llb {

struct Hasher::State {
  SHA256_CTX context;
};

Hasher::Hasher() : state(std::make_unique<State>()) {
  SHA256_Init(&state->context);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher &&) noexcept = default;
Hasher &Hasher::operator=(Hasher &&) noexcept = default;

void Hasher::update(const void *data, std::size_t size) {
  SHA256_Update(&state->context, data, size);
}

Digest Hasher::finish() {
  Digest result;
  SHA256_Final(result.bytes.data(), &state->context);
  return result;
}

std::string hexDigits(const Digest &digest) { return digest.str().substr(7); }

} // namespace llb
