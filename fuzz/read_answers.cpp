// SPDX-License-Identifier: Apache-2.0
//
// What registries answer: the first byte chooses the reader. Documents are
// parted by a NUL byte: a manifest or index, what its digest stands for, and so
// on.
#include "../lib/Registry/Challenge.h"
#include "../lib/Registry/Headers.h"
#include "../lib/Registry/ImageLookup.h"
#include "Readers.h"

#include "llb/Support/Digest.h"

using namespace llb;
using namespace llb::registry;
using fuzz::require;
using fuzz::requireReason;

namespace {

void readDocuments(std::string_view text) {
  std::vector<std::string> documents;
  for (bool more = true; more;) {
    size_t end = text.find('\0');
    documents.emplace_back(text.substr(0, end));
    more = end != std::string_view::npos;
    text.remove_prefix(more ? end + 1 : text.size());
  }
  size_t next = 1;
  auto fetch = [&](BlobKind, const std::string &, size_t maxBytes,
                   std::string &why) -> std::optional<std::string> {
    if (next < documents.size() && documents[next].size() <= maxBytes)
      return documents[next++];
    why = "there is no more";
    return std::nullopt;
  };
  ImageManifest image;
  std::string error;
  PlatformSpec platform;
  platform.os = "linux";
  platform.architecture = "arm";
  platform.variant = "v7";
  bool good =
      readImage("image", documents.front(), platform, fetch, image, error);
  requireReason(good, error, "no image and no reason");
  require(image.digest == Digest::of(documents.front()).str(),
          "the digest is of something else");
  if (!good)
    return;
  require(next <= 3, "more was fetched than a manifest and a config");
  for (const Descriptor &layer : image.layers)
    require(layer.size >= 0, "a layer of a negative size");
  diffIdsOf(image.config);
}

void readChallenge(std::string_view text) {
  auto challenge = Challenge::parse(text);
  if (!challenge)
    return;
  bool bearer = challenge->scheme == "bearer";
  require(bearer || challenge->scheme == "basic", "an unknown scheme");
  require(!bearer || challenge->realm.starts_with("http"),
          "a token from nowhere");
}

void readHeaders(std::string_view text) {
  auto header = parseHeader(text);
  std::string_view value = header ? std::string_view(header->second) : text;
  require(value.empty() || !header ||
              (value.back() != '\n' && value.front() != ' '),
          "white space around a value");
  int seconds = retryAfter(value, 60);
  require(seconds >= 0 && seconds <= 60, "too long a wait");
  auto bytes = uploadedBytes(value);
  require(!bytes || *bytes >= 0, "less than nothing");
}

void readToken(std::string_view text) {
  require(tokenIn(text).find_first_of("\r\n") == std::string::npos,
          "a token of several lines");
}

constexpr fuzz::Reader *readers[] = {readDocuments, readChallenge, readHeaders,
                                     readToken};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz::runReader(readers, data, size);
}
