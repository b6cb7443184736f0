// SPDX-License-Identifier: Apache-2.0
//
// What Go does with long names is easy to get wrong: a header whose format is
// PAX never splits a name into prefix and name; the path goes into a record and
// the header keeps its first hundred characters, without those that are no
// ASCII.
#include "llb/Backend/TarWriter.h"

#include "llb/Support/GoPath.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace llb::backend {
namespace {

constexpr size_t blockSize = 512;
constexpr size_t nameSize = 100;
constexpr size_t prefixSize = 155;

using Block = std::array<char, blockSize>;

bool isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '\0';
  });
}

std::string toAscii(std::string_view text) {
  std::string out;
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x80 && c != '\0')
      out += c;
  return out;
}

bool fitsOctal(size_t width, int64_t value) {
  size_t digits = width - 1;
  return value >= 0 && (digits >= 21 || value >> (3 * digits) == 0);
}

void putString(char *field, size_t width, std::string_view text) {
  std::memcpy(field, text.data(), std::min(width, text.size()));
  if (text.size() > width && field[width - 1] == '/') {
    size_t n = width - 1;
    while (n > 0 && field[n - 1] == '/')
      --n;
    field[n] = '\0';
  }
}

void putOctal(char *field, size_t width, int64_t value) {
  if (!fitsOctal(width, value))
    value = 0;
  for (size_t i = width - 1; i-- > 0; value >>= 3)
    field[i] = static_cast<char>('0' + (value & 7));
  field[width - 1] = '\0';
}

/// Format and checksum.
void seal(Block &block) {
  std::memcpy(&block[257],
              "ustar\0"
              "00",
              8);
  std::memset(&block[148], ' ', 8);
  int64_t sum = 0;
  for (char c : block)
    sum += static_cast<unsigned char>(c);
  putOctal(&block[148], 7, sum);
}

std::string paxRecord(std::string_view key, std::string_view value) {
  // The length counts its own digits.
  size_t base = key.size() + value.size() + 3;
  size_t size = base + std::to_string(base).size();
  if (base + std::to_string(size).size() != size)
    size = base + std::to_string(size).size();
  std::string record = std::to_string(size);
  record += ' ';
  record += key;
  record += '=';
  record += value;
  record += '\n';
  return record;
}

/// Splits a long name for a ustar header; false if it does not go.
bool splitName(const std::string &name, std::string &prefix,
               std::string &suffix) {
  size_t length = name.size();
  if (length <= nameSize || !isAscii(name))
    return false;
  if (length > prefixSize + 1)
    length = prefixSize + 1;
  else if (name[length - 1] == '/')
    --length;
  size_t slash = name.rfind('/', length - 1);
  if (slash == std::string::npos || slash == 0)
    return false;
  size_t rest = name.size() - slash - 1;
  if (rest > nameSize || rest == 0 || slash > prefixSize)
    return false;
  prefix = name.substr(0, slash);
  suffix = name.substr(slash + 1);
  return true;
}

} // namespace

llvm::Error TarWriter::pad() {
  static constexpr Block zeros{};
  size_t rest = written % blockSize;
  if (!rest)
    return llvm::Error::success();
  written += blockSize - rest;
  return sink(std::string_view(zeros.data(), blockSize - rest));
}

llvm::Error TarWriter::block(const TarEntry &entry, const std::string &name,
                             const std::string &prefix) {
  Block block{};
  putString(&block[0], nameSize, toAscii(name));
  putOctal(&block[100], 8, entry.mode);
  putOctal(&block[108], 8, entry.uid);
  putOctal(&block[116], 8, entry.gid);
  putOctal(&block[124], 12, entry.size);
  putOctal(&block[136], 12, entry.mtime);
  block[156] = entry.type;
  putString(&block[157], nameSize, toAscii(entry.link));
  putOctal(&block[329], 8, entry.major);
  putOctal(&block[337], 8, entry.minor);
  putString(&block[345], prefixSize, prefix);
  seal(block);
  written += blockSize;
  return sink(std::string_view(block.data(), blockSize));
}

llvm::Error TarWriter::header(const TarEntry &entry) {
  if (llvm::Error error = pad())
    return error;
  std::map<std::string, std::string> records = entry.records;
  if (entry.link.size() > nameSize || !isAscii(entry.link))
    records["linkpath"] = entry.link;
  auto number = [&](const char *key, size_t width, int64_t value) {
    if (!fitsOctal(width, value))
      records[key] = std::to_string(value);
  };
  number("uid", 8, entry.uid);
  number("gid", 8, entry.gid);
  number("size", 12, entry.size);
  number("mtime", 12, entry.mtime);
  // A name is split only if nothing else asks for records.
  std::string prefix, name = entry.name;
  bool longName = entry.name.size() > nameSize || !isAscii(entry.name);
  if (longName) {
    std::string suffix;
    if (!entry.pax && records.empty() && splitName(entry.name, prefix, suffix))
      name = suffix;
    else
      records["path"] = entry.name;
  }
  if (!records.empty()) {
    std::string data;
    for (const auto &[key, value] : records)
      data += paxRecord(key, value);
    size_t slash = entry.name.rfind('/');
    std::string dir =
        slash == std::string::npos ? "" : entry.name.substr(0, slash + 1);
    std::string file =
        slash == std::string::npos ? entry.name : entry.name.substr(slash + 1);
    std::string extended =
        toAscii(go::joinPath({dir, "PaxHeaders.0", file})).substr(0, nameSize);
    while (extended.ends_with('/'))
      extended.pop_back();
    Block block{};
    putString(&block[0], nameSize, extended);
    for (auto [offset, width] :
         {std::pair<size_t, size_t>{100, 8}, {108, 8}, {116, 8}, {136, 12}})
      putOctal(&block[offset], width, 0);
    putOctal(&block[124], 12, static_cast<int64_t>(data.size()));
    block[156] = 'x';
    seal(block);
    written += blockSize;
    if (llvm::Error error = sink(std::string_view(block.data(), blockSize)))
      return error;
    if (llvm::Error error = content(data))
      return error;
    if (llvm::Error error = pad())
      return error;
  }
  return this->block(entry, name, prefix);
}

llvm::Error TarWriter::content(std::string_view data) {
  written += data.size();
  return sink(data);
}

llvm::Error TarWriter::contentOf(int fd, int64_t size,
                                 const std::string &path) {
  char buffer[65536];
  for (int64_t left = size; left > 0;) {
    ssize_t n = ::read(fd, buffer, std::min<int64_t>(sizeof buffer, left));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      std::error_code reason(n ? errno : EIO, std::generic_category());
      return llvm::createStringError(reason, "%s: %s", path.c_str(),
                                     reason.message().c_str());
    }
    if (llvm::Error error =
            content(std::string_view(buffer, static_cast<size_t>(n))))
      return error;
    left -= n;
  }
  return llvm::Error::success();
}

llvm::Error TarWriter::finish() {
  if (llvm::Error error = pad())
    return error;
  static constexpr std::array<char, 2 * blockSize> zeros{};
  return sink(std::string_view(zeros.data(), zeros.size()));
}

} // namespace llb::backend
