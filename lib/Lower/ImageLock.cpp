// SPDX-License-Identifier: Apache-2.0
//
// The image lock as JSON.
#include "llb/Lower/ImageResolver.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Reference.h"

namespace llb::lower {

using go::JsonValue;

static std::string textOf(const JsonValue &entry, std::string_view key) {
  const JsonValue *value = entry.find(key);
  return value && value->kind == JsonValue::Kind::String ? value->text : "";
}

bool ImageLock::parse(std::string_view json, ImageLock &result,
                      std::string &error) {
  auto fail = [&](const char *why) {
    error = why;
    return false;
  };
  std::optional<JsonValue> document = go::parseJson(json, &error);
  if (!document)
    return false;
  if (document->kind != JsonValue::Kind::Object)
    return fail("an image lock is a JSON object");
  const JsonValue *version = document->find("version");
  if (!version || version->text != "1")
    return fail("an image lock has \"version\": 1");
  const JsonValue *images = document->find("images");
  if (!images || images->kind == JsonValue::Kind::Null)
    return true;
  if (images->kind != JsonValue::Kind::Array)
    return fail("the images of an image lock are a list");
  for (const JsonValue &entry : images->items) {
    LockedImage image;
    image.ref = textOf(entry, "ref");
    image.platform = textOf(entry, "platform");
    image.digest = textOf(entry, "digest");
    if (image.ref.empty() || image.platform.empty())
      return fail("an image in an image lock has a ref and a platform");
    Reference pinned;
    std::string ignored;
    if (!image.digest.empty() &&
        !Reference::parseNormalized("x@" + image.digest, pinned, ignored))
      return fail("a digest in an image lock is like sha256:<64 hex digits>");
    const JsonValue *config = entry.find("config");
    if (config && config->kind != JsonValue::Kind::Null)
      image.config = go::renderJson(*config);
    const JsonValue *dirs = entry.find("dirs");
    if (dirs && dirs->kind != JsonValue::Kind::Null)
      image.dirs = go::renderJson(*dirs);
    result.add(std::move(image));
  }
  return true;
}

std::string ImageLock::str() const {
  std::string out = "{\"version\":1,\"images\":[";
  const char *before = "";
  for (const auto &[key, image] : entries) {
    out += before;
    before = ",";
    out += "{\"ref\":";
    go::appendJsonString(out, image.ref);
    out += ",\"platform\":";
    go::appendJsonString(out, image.platform);
    out += ",\"digest\":";
    go::appendJsonString(out, image.digest);
    out += ",\"config\":";
    // What is no JSON could not be read back.
    auto config = go::compactJson(image.config);
    out += config ? *config : "null";
    if (!image.dirs.empty())
      out += ",\"dirs\":" + image.dirs;
    out += '}';
  }
  out += "]}";
  return go::indentJson(out);
}

const LockedImage *ImageLock::find(const std::string &ref,
                                   const std::string &platform) const {
  auto found = entries.find({ref, platform});
  return found == entries.end() ? nullptr : &found->second;
}

void ImageLock::add(LockedImage image) {
  auto key = std::make_pair(image.ref, image.platform);
  entries.insert_or_assign(std::move(key), std::move(image));
}

} // namespace llb::lower
