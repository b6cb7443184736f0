// SPDX-License-Identifier: Apache-2.0
//
// A character device has two bits.
#include "GoMode.h"

#include <sys/stat.h>

namespace llb::buildkit {
namespace {

constexpr uint32_t goDirectory = 1u << 31, goSymlink = 1u << 27,
                   goDevice = 1u << 26, goPipe = 1u << 25, goSetuid = 1u << 23,
                   goSetgid = 1u << 22, goCharacter = 1u << 21,
                   goSticky = 1u << 20;

struct Pair {
  uint32_t unix, go;
};
constexpr Pair types[] = {
    {S_IFREG, 0},         {S_IFDIR, goDirectory},
    {S_IFLNK, goSymlink}, {S_IFIFO, goPipe},
    {S_IFBLK, goDevice},  {S_IFCHR, goDevice | goCharacter}};
constexpr Pair bits[] = {
    {S_ISUID, goSetuid}, {S_ISGID, goSetgid}, {S_ISVTX, goSticky}};

} // namespace

uint32_t toGoMode(uint32_t mode) {
  uint32_t result = mode & 0777;
  for (const Pair &type : types)
    if ((mode & S_IFMT) == type.unix)
      result |= type.go;
  for (const Pair &bit : bits)
    if (mode & bit.unix)
      result |= bit.go;
  return result;
}

std::optional<uint32_t> fromGoMode(uint32_t mode) {
  uint32_t permissions = mode & 0777;
  uint32_t type = mode & ~uint32_t(0777);
  for (const Pair &bit : bits)
    if (type & bit.go) {
      permissions |= bit.unix;
      type &= ~bit.go;
    }
  for (const Pair &known : types)
    if (type == known.go)
      return known.unix | permissions;
  return std::nullopt;
}

} // namespace llb::buildkit
