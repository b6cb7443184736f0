// SPDX-License-Identifier: Apache-2.0
//
// std::random_device reads the kernel's generator; nothing is seeded.
#include "llb/Support/RandomId.h"

#include <random>
#include <string_view>

std::string llb::randomId() {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device device;
  std::uniform_int_distribution<size_t> pick(0, digits.size() - 1);
  std::string id;
  for (int i = 0; i < 25; ++i)
    id += digits[pick(device)];
  return id;
}
