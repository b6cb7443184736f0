// SPDX-License-Identifier: Apache-2.0
//
// Attributes have BuildKit's names (v0.32.2, exporter/containerimage/exptypes,
// exporter/local, exporter/oci). One that this engine has no use for is
// refused: a build that leaves out what was asked for would be worse.
#include "OutputOption.h"

#include "Assignment.h"
#include "llb/Support/Ascii.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Platform.h"
#include "llb/Support/Reference.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>

namespace llb::driver {
namespace {

using backend::Annotation;
using backend::AnnotationPlace;
using backend::Compression;
using backend::Form;
using backend::Output;

constexpr int maxGzipLevel = 9, maxZstdLevel = 22;

std::string readCompression(const std::string &text, Output &result) {
  result.estargz = text == "estargz";
  if (text == "gzip" || result.estargz)
    result.compression = Compression::Gzip;
  else if (text == "zstd")
    result.compression = Compression::Zstd;
  else if (text == "uncompressed" || text == "none")
    result.compression = Compression::None;
  else
    return "there are gzip, zstd and uncompressed, not '" + text + "'";
  return "";
}

std::string readLevel(const std::string &text, Output &result) {
  auto number = go::parseInt(text, 10, 32);
  if (!number.ok())
    return "the level of a compression is a number, not '" + text + "'";
  result.level = static_cast<int>(number.value);
  return "";
}

/// An attribute without a value is set.
std::string readFlag(const Assignment &field, bool &flag) {
  auto value = go::parseBool(field.value.empty() ? "true" : field.value);
  if (!value.ok())
    return field.key + " is true or false, not '" + field.value + "'";
  flag = value.value;
  return "";
}

/// `manifest`, `index-descriptor` and so on.
std::optional<AnnotationPlace> placeNamed(llvm::StringRef name) {
  constexpr std::pair<const char *, AnnotationPlace> places[] = {
      {"manifest", AnnotationPlace::Manifest},
      {"manifest-descriptor", AnnotationPlace::ManifestDescriptor},
      {"index", AnnotationPlace::Index},
      {"index-descriptor", AnnotationPlace::IndexDescriptor}};
  for (const auto &[known, place] : places)
    if (name == known)
      return place;
  return std::nullopt;
}

/// `PLACE[PLATFORM]`.
std::string readPlace(llvm::StringRef text, Annotation &result) {
  auto [name, rest] = text.split('[');
  auto place = placeNamed(name);
  if (!place)
    return "annotations are of manifest, manifest-descriptor, index or "
           "index-descriptor, not of '" +
           name.str() + "'";
  result.place = *place;
  if (name.size() == text.size())
    return "";
  PlatformSpec platform;
  std::string error;
  if (!rest.consume_back("]"))
    return "'[' without ']'";
  if (!PlatformSpec::parse(rest.str(), platform, error))
    return error;
  result.platform = platform.formatAll();
  return "";
}

/// `annotation.KEY`, `annotation-PLACE[PLATFORM].KEY`.
std::string readAnnotation(const Assignment &field, Output &result) {
  llvm::StringRef text = llvm::StringRef(field.key).drop_front(
      std::string_view("annotation").size());
  size_t dot = text.find('.', text.contains('[') ? text.find(']') : 0);
  if (dot == llvm::StringRef::npos || dot + 1 == text.size())
    return "'" + field.key +
           "' names no annotation; write annotation.KEY=VALUE";
  Annotation annotation;
  annotation.key = text.substr(dot + 1).str();
  annotation.value = field.value;
  llvm::StringRef place = text.take_front(dot);
  std::string spelled =
      place.consume_front("-") ? place.str() : "manifest" + place.str();
  if (std::string error = readPlace(spelled, annotation); !error.empty())
    return error;
  result.annotations.push_back(std::move(annotation));
  return "";
}

/// The attribute `type`; `push` may follow as one of its own.
std::string readType(const std::string &text, Output &result, bool &push) {
  if (text == "registry") {
    result.form = Form::Image;
    push = true;
    return "";
  }
  std::string types;
  for (const backend::BackendInfo &info : backend::backendTable) {
    if (text == info.type) {
      result.form = info.form;
      return "";
    }
    types += std::string(info.type) + ", ";
  }
  return "there are " + types + "and registry, not '" + text + "'";
}

std::string readAttribute(const Assignment &field, Output &result, bool &push,
                          bool &tar) {
  const auto &[key, value, hasValue] = field;
  std::string error;
  bool flag = false;
  if (key == "dest") {
    result.dest = value;
  } else if (key == "name") {
    llvm::SmallVector<llvm::StringRef> names;
    llvm::StringRef(value).split(names, ',');
    for (llvm::StringRef name : names)
      if (error = addImageName(name.str(), result.names); !error.empty())
        return error;
  } else if (key == "push") {
    error = readFlag(field, push);
  } else if (key == "tar") {
    error = readFlag(field, tar);
  } else if (key == "compression") {
    error = readCompression(value, result);
  } else if (key == "compression-level") {
    error = readLevel(value, result);
  } else if (key == "force-compression") {
    error = readFlag(field, result.forceCompression);
  } else if (key == "oci-mediatypes") {
    error = readFlag(field, result.ociMediaTypes);
  } else if (key == "rewrite-timestamp") {
    error = readFlag(field, result.rewriteTimestamp);
  } else if (key == "push-by-digest") {
    error = readFlag(field, result.pushByDigest);
  } else if (key == "registry.insecure") {
    error = readFlag(field, result.insecureRegistry);
  } else if (key == "platform-split") {
    error = readFlag(field, flag);
    result.platformSplit = flag;
  } else if (key == "source-date-epoch") {
    auto seconds = go::parseInt(value, 10, 64);
    if (!seconds.ok())
      return "source-date-epoch is a number of seconds, not '" + value + "'";
    result.sourceDateEpoch = seconds.value;
  } else if (key == "mode") {
    if (value != "copy")
      return "the mode is copy, not '" + value +
             "'; remove the directory first to be rid of its files";
  } else if (key.starts_with("annotation")) {
    error = readAnnotation(field, result);
  } else {
    return "no attribute '" + key + "' is known; see docs/Engine.md";
  }
  return error;
}

} // namespace

std::string addImageName(const std::string &text,
                         std::vector<std::string> &names) {
  Reference ref;
  std::string error;
  if (!Reference::parseNormalized(text, ref, error))
    return error;
  ref.addDefaultTag();
  names.push_back(ref.str());
  return "";
}

std::string readCompressionOption(const std::string &text, Output &result) {
  auto [name, level] = llvm::StringRef(text).split(':');
  std::string error = readCompression(name.str(), result);
  if (error.empty() && name.size() != text.size())
    error = readLevel(level.str(), result);
  return error;
}

std::string readLayerAttribute(const std::string &key, const std::string &value,
                               Output &result) {
  bool push = false, tar = true;
  return readAttribute({key, value, true}, result, push, tar);
}

std::string readAnnotationOption(const std::string &text,
                                 std::vector<Annotation> &result) {
  Assignment field = splitAssignment(text);
  if (!field.hasValue || field.key.empty())
    return "it is not KEY=VALUE";
  Annotation annotation;
  annotation.value = field.value;
  auto [places, key] = llvm::StringRef(field.key).rsplit(':');
  if (places.size() == field.key.size()) {
    annotation.key = field.key;
    result.push_back(std::move(annotation));
    return "";
  }
  annotation.key = key.str();
  llvm::SmallVector<llvm::StringRef> parts;
  places.split(parts, ',');
  for (llvm::StringRef part : parts) {
    if (std::string error = readPlace(part, annotation); !error.empty())
      return error;
    result.push_back(annotation);
  }
  return "";
}

std::string readOutputOption(const std::string &text, Output &result) {
  auto fields = go::parseCsv(text);
  if (!fields.ok())
    return fields.error;
  bool push = false, tar = true, typed = false;
  result.dest.clear();
  for (const std::string &item : fields.value) {
    Assignment field = splitAssignment(item);
    if (!field.hasValue)
      return "'" + item + "' is not KEY=VALUE";
    for (char &c : field.key)
      c = ascii::toLower(c);
    typed |= field.key == "type";
    std::string error = field.key == "type"
                            ? readType(field.value, result, push)
                            : readAttribute(field, result, push, tar);
    if (!error.empty())
      return error;
  }
  if (!typed)
    return "it has no type; add type=oci, say";
  result.layoutDirectory = !tar;
  if (!tar && result.form != Form::Oci && result.form != Form::Docker)
    return "tar=false is for types oci and docker";
  if (result.form == Form::Image && !push)
    return "an image is kept in its registry only; add push=true";
  if (result.form == Form::Image && !result.dest.empty())
    return "an image goes to the registry that its name says, not to a dest";
  if (result.dest.empty())
    result.dest = "-";
  return "";
}

std::string checkOutput(const Output &output, bool byDaemon) {
  const std::string type(backend::infoOf(output.form).type);
  if (output.estargz && !byDaemon)
    return "estargz is made with --builder=buildkit alone; here there are "
           "gzip, "
           "zstd and uncompressed";
  if (output.form == Form::Image && output.names.empty())
    return "an image is pushed under its name; add -t REGISTRY/NAME";
  if (output.form == Form::CacheOnly && output.dest != "-")
    return "an output of type cacheonly is kept by who builds; leave " +
           output.dest + " out";
  if (output.fillsDirectory() && output.dest == "-")
    return "an output of type " + type +
           " fills a directory; name it with -o DIR or dest=DIR";
  if (output.level) {
    bool zstd = output.compression == Compression::Zstd;
    int most = zstd ? maxZstdLevel : maxGzipLevel;
    if (output.compression == Compression::None)
      return "what is not compressed has no level";
    if (*output.level < 0 || *output.level > most)
      return "levels of " + std::string(zstd ? "zstd" : "gzip") + " are 0 to " +
             std::to_string(most);
  }
  for (const Annotation &annotation : output.annotations)
    if (!output.ociMediaTypes && annotation.place != AnnotationPlace::Manifest)
      return "oci-mediatypes=false has room for annotations of the manifest "
             "alone";
  return "";
}

} // namespace llb::driver
