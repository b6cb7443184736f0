// SPDX-License-Identifier: Apache-2.0
//
// Files that llbc keeps or that its users have: the first byte chooses the
// reader. What is refused is refused with a reason; what is read and can be
// written reads the same again.
#include "../lib/Context/HashIndex.h"
#include "../lib/Engine/Owner.h"
#include "Readers.h"

#include "llb/Context/Directory.h"
#include "llb/Engine/CacheRecords.h"
#include "llb/Lower/ImageResolver.h"
#include "llb/Passes/ImageTable.h"
#include "llb/Registry/Credentials.h"
#include "llb/Registry/RegistriesConf.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/LayoutIndex.h"
#include "llb/Support/PatternMatcher.h"
#include "llb/Support/WriteAll.h"

#include <climits>
#include <cstring>
#include <fcntl.h>
#include <llvm/Support/xxhash.h>

using namespace llb;
using fuzz::require;
using fuzz::requireReason;

namespace {

/// A folder of this process.
struct Folder {
  std::string path = "/dev/shm/llbc-fuzz-XXXXXX";
  std::vector<std::string> files;

  Folder() { require(mkdtemp(path.data()), "no folder to work in"); }
  ~Folder() {
    for (const std::string &file : files)
      unlink((path + "/" + file).c_str());
    rmdir(path.c_str());
  }
  void put(const std::string &name, std::string_view text) {
    UniqueFd fd(open((path + "/" + name).c_str(),
                     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    require(fd.valid() && !writeAll(fd.get(), text), "cannot write a file");
  }
};

void readJson(std::string_view text) {
  std::string error;
  auto value = go::parseJson(text, &error);
  requireReason(value.has_value(), error, "no value and no reason");
  if (!value)
    return;
  std::string rendered = go::renderJson(*value);
  auto again = go::parseJson(rendered);
  require(again && go::renderJson(*again) == rendered,
          "JSON changes when it is written");
  require(go::compactJson(go::indentJson(rendered)) == rendered,
          "JSON changes when it is indented");
}

/// With a head that fits, or none of it would be looked at.
void readHashIndex(std::string_view text) {
  static Folder folder;
  static const std::string name = [] {
    char real[PATH_MAX];
    require(realpath(folder.path.c_str(), real), "no folder");
    folder.files.push_back(hexDigits(Digest::of(real)) + ".idx");
    return folder.files.back();
  }();
  uint64_t head[5] = {};
  std::memcpy(head, "llbc-hashes/1", 13);
  uint8_t count = text.empty() ? 0 : static_cast<uint8_t>(text.front());
  text.remove_prefix(text.empty() ? 0 : 1);
  head[2] = count;
  head[3] = text.size();
  head[4] = llvm::xxh3_64bits(llvm::ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t *>(text.data()), text.size()));
  std::string bytes(reinterpret_cast<const char *>(head), sizeof head);
  folder.put(name, bytes + std::string(text));
  auto directory = context::Directory::open(folder.path);
  require(bool(directory), "no directory");
  context::IndexTrouble trouble;
  auto index = context::HashIndex::load(folder.path, *directory, trouble);
  require(trouble.damaged.empty() || index.records().empty(),
          "a damaged index has records");
  if (!trouble.damaged.empty())
    return;
  require(index.records().size() == count, "records are lost");
  index.save(index.records(), trouble);
  auto again = context::HashIndex::load(folder.path, *directory, trouble);
  require(trouble.damaged.empty() && trouble.unwritable.empty() &&
              again.records().size() == count,
          "a written index does not read");
}

void readImageLock(std::string_view text) {
  lower::ImageLock lock, again;
  std::string error;
  bool good = lower::ImageLock::parse(text, lock, error);
  requireReason(good, error, "no lock and no reason");
  if (good) {
    std::string written = lock.str();
    require(lower::ImageLock::parse(written, again, error) &&
                again.str() == written,
            "a lock changes when it is written");
  }
  error.clear();
  require(passes::ImageTable::parse(text, error) || !error.empty(),
          "no table and no reason");
}

void readRecords(std::string_view text) {
  auto records = engine::CacheRecords::parse(text);
  if (!records) {
    require(!llvm::toString(records.takeError()).empty(), "no reason");
    return;
  }
  require(records->identities().size() == records->layers.size(),
          "layers without identity");
  std::string written = records->json();
  auto again = engine::CacheRecords::parse(written);
  require(bool(again) && again->json() == written,
          "records change when they are written");
}

void readInlineRecords(std::string_view text) {
  std::vector<registry::Descriptor> layers(
      3, {"application/vnd.oci.image.layer.v1.tar",
          "sha256:" + std::string(64, 'a'), 512});
  auto records = engine::CacheRecords::parseInline(text, layers);
  if (records)
    require(records->identities().size() == records->layers.size(),
            "layers without identity");
  else
    llvm::consumeError(records.takeError());
}

void readLayoutIndex(std::string_view text) {
  static Folder folder;
  folder.files = {"index.json", "oci-layout"};
  folder.put("index.json", text);
  std::string digest;
  require(findInLayout(folder.path, "one", digest).empty() || digest.empty(),
          "a reason and a digest");
  if (nameInLayout(folder.path, "one",
                   R"({"mediaType":"m","digest":"d","size":1})")
          .empty())
    require(findInLayout(folder.path, "one", digest).empty(),
            "what was named is not found");
}

void readDockerConfig(std::string_view text) {
  registry::CredentialStore store;
  std::string error;
  require(registry::CredentialStore::parse(text, store, error) ||
              !error.empty(),
          "no credentials and no reason");
}

void readRegistriesConf(std::string_view text) {
  registry::RegistriesConf conf;
  std::string error;
  bool good = registry::RegistriesConf::parse(text, conf, error);
  requireReason(good, error, "no configuration and no reason");
  for (const char *name :
       {"alpine:3",
        "reg.example:5000/a/b@sha256:"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaa"}) {
    Reference ref;
    error.clear();
    require(Reference::parseNormalized(name, ref, error), "no reference");
    require(!good || !conf.endpoints(ref, error).empty() || !error.empty(),
            "nowhere to look and no reason");
  }
}

void readIgnoreFile(std::string_view text) {
  std::string error;
  std::vector<unsigned> lines;
  std::vector<std::string> patterns = parseDockerignore(text, &error, &lines);
  require(patterns.size() == lines.size(), "a pattern without a line");
  auto matcher = PatternMatcher::create(patterns, error);
  requireReason(matcher != nullptr, error, "no matcher and no reason");
  if (!matcher)
    return;
  PatternMatcher::DirMatches none, outer, inner;
  for (const char *path : {"a", "a/b", "a/b/c.txt", ".git", "\xff"}) {
    matcher->matchesOrParentMatches(path);
    matcher->mayMatchBelow(path, matcher->hasExclusions());
    auto last = matcher->lastMatch(path, none);
    require(!last || *last < patterns.size(), "a pattern that is none");
  }
  matcher->matches("a", none, outer);
  matcher->matches("a/b", outer, inner);
}

void readUsers(std::string_view text) {
  engine::parsePasswd(text);
  engine::parseGroup(text);
}

constexpr fuzz::Reader *readers[] = {
    readJson,          readHashIndex,   readImageLock,    readRecords,
    readInlineRecords, readLayoutIndex, readDockerConfig, readRegistriesConf,
    readIgnoreFile,    readUsers};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz::runReader(readers, data, size);
}
