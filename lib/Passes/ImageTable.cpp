// SPDX-License-Identifier: Apache-2.0
//
// The lock as passes read it. A listing is used only if it holds the root
// directory: one that was cut short must not prove that something is absent.
#include "llb/Passes/ImageTable.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoPath.h"

namespace llb::passes {
namespace {

using go::JsonValue;

std::string textOf(const JsonValue &object, std::string_view key) {
  const JsonValue *value = object.find(key);
  return value && value->kind == JsonValue::Kind::String ? value->text : "";
}

bool readNumber(std::string_view text, unsigned base, uint32_t &result) {
  if (text.empty() || text.size() > 11)
    return false;
  uint64_t number = 0;
  for (char c : text) {
    if (c < '0' || static_cast<unsigned>(c - '0') >= base)
      return false;
    number = number * base + static_cast<unsigned>(c - '0');
  }
  result = static_cast<uint32_t>(number);
  return number <= UINT32_MAX;
}

bool readId(const JsonValue &object, std::string_view key, uint32_t &id) {
  const JsonValue *value = object.find(key);
  return !value || (value->kind == JsonValue::Kind::Number &&
                    readNumber(value->text, 10, id));
}

/// On failure says why.
std::string readListing(const JsonValue &list, BaseListing &listing) {
  if (list.kind != JsonValue::Kind::Array)
    return "the dirs of an image are a list";
  for (const JsonValue &item : list.items) {
    std::string path = textOf(item, "path");
    if (path.empty() || path[0] != '/' || go::cleanPath(path) != path)
      return "the dirs of an image have clean absolute paths";
    BaseEntry entry;
    std::string type = textOf(item, "type");
    if (!type.empty() && type != "dir")
      entry.kind = BaseEntry::Kind::Other;
    else if (!readNumber(textOf(item, "mode"), 8, entry.mode))
      return "a directory of an image has an octal mode";
    if (!readId(item, "uid", entry.uid) || !readId(item, "gid", entry.gid))
      return "uid and gid of a directory are numbers";
    const JsonValue *xattrs = item.find("xattrs");
    entry.xattrs = xattrs && xattrs->boolean;
    listing[path] = entry;
  }
  if (!listing.contains("/"))
    return "the dirs of an image hold its root, /";
  return "";
}

} // namespace

std::optional<ImageTable> ImageTable::parse(std::string_view json,
                                            std::string &error) {
  std::optional<JsonValue> document = go::parseJson(json, &error);
  if (!document)
    return std::nullopt;
  const JsonValue *version = document->find("version");
  if (!version || version->text != "1") {
    error = "an image lock has \"version\": 1";
    return std::nullopt;
  }
  ImageTable table;
  const JsonValue *images = document->find("images");
  if (!images || images->kind != JsonValue::Kind::Array)
    return table;
  for (const JsonValue &entry : images->items) {
    LockedBase base;
    base.digest = textOf(entry, "digest");
    const JsonValue *dirs = entry.find("dirs");
    if (dirs && dirs->kind != JsonValue::Kind::Null) {
      error = readListing(*dirs, base.listing.emplace());
      if (!error.empty())
        return std::nullopt;
    }
    table.images[{textOf(entry, "ref"), textOf(entry, "platform")}] =
        std::move(base);
  }
  return table;
}

const LockedBase *ImageTable::find(const std::string &ref,
                                   const std::string &platform) const {
  auto found = images.find({ref, platform});
  return found == images.end() ? nullptr : &found->second;
}

const LockedBase *
ImageTable::findIdentifier(std::string_view identifier,
                           const std::string &platform) const {
  constexpr std::string_view scheme = "docker-image://";
  if (!identifier.starts_with(scheme))
    return nullptr;
  identifier.remove_prefix(scheme.size());
  size_t at = identifier.find('@');
  if (at == std::string_view::npos)
    return nullptr;
  const LockedBase *base =
      find(std::string(identifier.substr(0, at)), platform);
  if (!base)
    base = find(std::string(identifier), platform);
  // Another digest is another image.
  return base && base->digest == identifier.substr(at + 1) ? base : nullptr;
}

} // namespace llb::passes
