// SPDX-License-Identifier: Apache-2.0
//
// The kernel's generator by itself: std::random_device asks the processor what
// it can do first, which a virtual machine answers in as long as it takes to
// compile a line.
#include "llb/Support/RandomId.h"

#include <string_view>
#include <sys/random.h>

std::string llb::randomId() {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  constexpr size_t length = 25;
  std::string id;
  while (id.size() < length) {
    unsigned char bytes[64];
    ssize_t count = getrandom(bytes, sizeof bytes, 0);
    for (ssize_t i = 0; i < count && id.size() < length; ++i)
      // The last few values of a byte would make some digits more likely.
      if (bytes[i] < 256 / digits.size() * digits.size())
        id += digits[bytes[i] % digits.size()];
  }
  return id;
}
