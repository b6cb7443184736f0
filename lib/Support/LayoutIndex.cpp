// SPDX-License-Identifier: Apache-2.0
//
// BuildKit's client locks an index by a file beside it, and removes that after;
// so does this, or two builds with one cache would lose the name of one.
#include "llb/Support/LayoutIndex.h"

#include "llb/Support/LeadsTo.h"
#include "llb/Support/OutputFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <sys/file.h>

namespace llb {
namespace {

constexpr const char *tagKey = "org.opencontainers.image.ref.name";
constexpr const char *nameKey = "io.containerd.image.name";

std::string indexPath(const std::string &directory) {
  return directory + "/index.json";
}

go::JsonValue textValue(const std::string &text) {
  go::JsonValue value;
  value.kind = go::JsonValue::Kind::String;
  value.text = text;
  return value;
}

/// The member of this name, made if need be.
go::JsonValue &memberOf(go::JsonValue &object, const std::string &name,
                        go::JsonValue::Kind kind) {
  for (go::JsonMember &member : object.members)
    if (member.first == name)
      return member.second;
  go::JsonValue value;
  value.kind = kind;
  object.members.push_back({name, std::move(value)});
  return object.members.back().second;
}

/// The lock of an index, which goes with this.
class IndexLock {
public:
  explicit IndexLock(const std::string &directory)
      : path(indexPath(directory) + ".lock") {}
  ~IndexLock() {
    if (fd.valid())
      ::unlink(path.c_str());
  }

  /// Returns errno, or 0. What others remove while it is waited for is no lock
  /// any more.
  int take() {
    while (true) {
      fd = UniqueFd(::open(path.c_str(),
                           O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (!fd.valid())
        return errno;
      if (flock(fd.get(), LOCK_EX))
        return errno;
      if (leadsTo(path, fd.get()))
        return 0;
    }
  }

private:
  std::string path;
  UniqueFd fd;
};

std::string writeFile(const std::string &path, const std::string &text) {
  auto file = OutputFile::open(path);
  if (!file)
    return llvm::toString(file.takeError());
  file->stream() << text;
  if (llvm::Error error = file->keep())
    return llvm::toString(std::move(error));
  return "";
}

} // namespace

std::string readLayoutIndex(const std::string &directory,
                            go::JsonValue &index) {
  constexpr uint64_t maxIndex = 8 << 20;
  std::string path = indexPath(directory);
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    return path + ": " + error.message();
  // A pipe would be waited for.
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return path + ": not a regular file";
  if (status.getSize() > maxIndex)
    return path + " is larger than an index may be";
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return path + ": " + file.getError().message();
  std::string error;
  auto json = go::parseJson(
      std::string_view((*file)->getBufferStart(), (*file)->getBufferSize()),
      &error);
  if (!json)
    return path + ": " + error;
  using Kind = go::JsonValue::Kind;
  const go::JsonValue *manifests = json->find("manifests");
  if (json->kind != Kind::Object || !manifests ||
      (manifests->kind != Kind::Array && manifests->kind != Kind::Null))
    return path + " is not the index of an image layout";
  index = std::move(*json);
  return "";
}

std::string annotationOf(const go::JsonValue &descriptor, const char *key) {
  const go::JsonValue *notes = descriptor.find("annotations");
  return notes ? notes->textOf(key) : std::string();
}

std::string findInLayout(const std::string &directory, const std::string &tag,
                         std::string &digest) {
  go::JsonValue index;
  if (std::string error = readLayoutIndex(directory, index); !error.empty())
    return error;
  for (const char *key : {nameKey, tagKey})
    for (const go::JsonValue &manifest : index.find("manifests")->items)
      if (annotationOf(manifest, key) == tag) {
        digest = manifest.textOf("digest");
        return "";
      }
  return indexPath(directory) + " has no image with the tag '" + tag + "'";
}

std::string nameInLayout(const std::string &directory, const std::string &tag,
                         const std::string &descriptor, LayoutBefore *before) {
  using Kind = go::JsonValue::Kind;
  auto named = go::parseJson(descriptor);
  if (!named || named->kind != Kind::Object)
    return "the descriptor is no JSON object";
  memberOf(memberOf(*named, "annotations", Kind::Object), tagKey,
           Kind::String) = textValue(tag);
  IndexLock lock(directory);
  if (int error = lock.take())
    return indexPath(directory) + ".lock: " + std::strerror(error);
  go::JsonValue index;
  index.kind = Kind::Object;
  bool exists = llvm::sys::fs::exists(indexPath(directory));
  if (exists)
    if (std::string error = readLayoutIndex(directory, index); !error.empty())
      return error;
  if (!exists) {
    go::JsonValue version;
    version.kind = Kind::Number;
    version.text = "2";
    memberOf(index, "schemaVersion", Kind::Number) = version;
    memberOf(index, "mediaType", Kind::String) =
        textValue("application/vnd.oci.image.index.v1+json");
  }
  go::JsonValue &manifests = memberOf(index, "manifests", Kind::Array);
  manifests.kind = Kind::Array;
  auto &items = manifests.items;
  LayoutBefore found;
  std::erase_if(items, [&](const go::JsonValue &other) {
    if (annotationOf(other, tagKey) != tag ||
        !annotationOf(other, nameKey).empty())
      return false;
    found.replaced.push_back(other.textOf("digest"));
    return true;
  });
  found.hasOthers = !items.empty();
  if (before)
    *before = std::move(found);
  items.push_back(std::move(*named));
  std::string text = go::renderJson(index);
  if (std::string error = writeFile(directory + "/oci-layout",
                                    "{\"imageLayoutVersion\":\"1.0.0\"}");
      !error.empty())
    return error;
  return writeFile(indexPath(directory), text);
}

} // namespace llb
