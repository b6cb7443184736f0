// SPDX-License-Identifier: Apache-2.0
//
// One file a directory, in the machine's own byte order: a head with a magic
// word, the number of records, the size of what follows and its checksum, then
// the records. It is written beside and renamed, so a reader sees the one or
// the other of two writers' files, and what a crash left behind has another
// checksum. Nothing is lost with an index but time.
#include "HashIndex.h"

#include "llb/Support/Hasher.h"
#include "llb/Support/OutputFile.h"
#include "llb/Support/ReadFully.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/xxhash.h>

namespace llb::context {
namespace {

struct Head {
  char magic[16];
  uint64_t count;
  uint64_t size;
  uint64_t checksum;
};

/// Another number whenever records mean something else.
constexpr char magic[16] = "llbc-hashes/1";

struct FixedPart {
  uint64_t size;
  int64_t mtime;
  int64_t ctime;
  uint64_t inode;
  uint32_t pathSize;
  uint32_t xattrSize;
  uint8_t digest[32];
  uint8_t unused;
  uint8_t padding[7];
};

uint64_t checksumOf(std::string_view data) {
  return llvm::xxh3_64bits(llvm::ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t *>(data.data()), data.size()));
}

bool readWhole(const std::string &path, std::string &bytes) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (!fd.valid() || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return false;
  bytes.resize(static_cast<size_t>(status.st_size));
  bytes.resize(readFully(fd.get(), bytes.data(), bytes.size()));
  return true;
}

} // namespace

bool walksBefore(std::string_view a, std::string_view b) {
  size_t common = std::min(a.size(), b.size());
  size_t at = 0;
  while (at < common && a[at] == b[at])
    ++at;
  if (at == a.size() || at == b.size())
    return a.size() < b.size();
  auto rank = [](char c) {
    return c == '/' ? 0 : static_cast<unsigned char>(c);
  };
  return rank(a[at]) < rank(b[at]);
}

bool HashIndex::parse() {
  Head head;
  if (bytes.size() < sizeof head)
    return false;
  std::memcpy(&head, bytes.data(), sizeof head);
  std::string_view rest = std::string_view(bytes).substr(sizeof head);
  if (std::memcmp(head.magic, magic, sizeof magic) != 0 ||
      head.size != rest.size() || head.checksum != checksumOf(rest) ||
      head.count > rest.size() / sizeof(FixedPart))
    return false;
  all.reserve(head.count);
  for (uint64_t i = 0; i < head.count; ++i) {
    FixedPart fixed;
    if (rest.size() < sizeof fixed)
      return false;
    std::memcpy(&fixed, rest.data(), sizeof fixed);
    rest.remove_prefix(sizeof fixed);
    if (rest.size() < uint64_t(fixed.pathSize) + fixed.xattrSize)
      return false;
    HashRecord record{rest.substr(0, fixed.pathSize),
                      fixed.size,
                      fixed.mtime,
                      fixed.ctime,
                      fixed.inode,
                      {},
                      rest.substr(fixed.pathSize, fixed.xattrSize),
                      fixed.unused};
    std::memcpy(record.digest.bytes.data(), fixed.digest, sizeof fixed.digest);
    rest.remove_prefix(fixed.pathSize + fixed.xattrSize);
    if (!all.empty() && !walksBefore(all.back().path, record.path))
      return false;
    all.push_back(record);
  }
  return rest.empty();
}

HashIndex HashIndex::load(const std::string &indexDirectory,
                          const Directory &directory, IndexTrouble &trouble) {
  HashIndex index;
  char real[PATH_MAX];
  if (!::realpath(directory.getPath().c_str(), real))
    return index;
  index.path = indexDirectory + "/" + hexDigits(Digest::of(real)) + ".idx";
  if (!readWhole(index.path, index.bytes) || index.parse())
    return index;
  index.all.clear();
  trouble.damaged = index.path;
  return index;
}

void HashIndex::save(const std::vector<HashRecord> &records,
                     IndexTrouble &trouble) const {
  if (path.empty())
    return;
  std::string out(sizeof(Head), '\0');
  for (const HashRecord &record : records) {
    FixedPart fixed{};
    fixed.size = record.size;
    fixed.mtime = record.mtime;
    fixed.ctime = record.ctime;
    fixed.inode = record.inode;
    fixed.pathSize = static_cast<uint32_t>(record.path.size());
    fixed.xattrSize = static_cast<uint32_t>(record.xattrs.size());
    std::memcpy(fixed.digest, record.digest.bytes.data(), sizeof fixed.digest);
    fixed.unused = record.unused;
    out.append(reinterpret_cast<const char *>(&fixed), sizeof fixed);
    out += record.path;
    out += record.xattrs;
  }
  Head head;
  std::memcpy(head.magic, magic, sizeof magic);
  std::string_view rest = std::string_view(out).substr(sizeof head);
  head.count = records.size();
  head.size = rest.size();
  head.checksum = checksumOf(rest);
  std::memcpy(out.data(), &head, sizeof head);

  std::string parent = path.substr(0, path.rfind('/'));
  std::error_code error = llvm::sys::fs::create_directories(
      parent, /*IgnoreExisting=*/true, llvm::sys::fs::owner_all);
  auto fail = [&](const std::string &why) {
    trouble.unwritable = path;
    trouble.reason = why;
  };
  if (error)
    return fail(error.message());
  auto file = OutputFile::open(path);
  if (!file)
    return fail(llvm::toString(file.takeError()));
  file->stream() << out;
  if (llvm::Error failed = file->keep())
    fail(llvm::toString(std::move(failed)));
}

} // namespace llb::context
