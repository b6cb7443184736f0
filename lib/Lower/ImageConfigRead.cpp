// SPDX-License-Identifier: Apache-2.0
//
// Reads image configs as Go's decoder would: members match without regard to
// case, null changes nothing, unknown members are dropped, a value of the wrong
// type is an error.
#include "ImageConfig.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"

#include <fmt/format.h>

namespace llb::lower {

using go::JsonValue;
using Kind = JsonValue::Kind;

namespace {

/// Decodes values into members; keeps the first error and goes on.
class Decoder {
public:
  std::string error;

  const JsonValue *object(const JsonValue &in, std::string_view key) {
    return member(in, key, Kind::Object, "object");
  }

  void text(const JsonValue &in, std::string_view key, std::string &out) {
    if (const JsonValue *value = member(in, key, Kind::String, "string"))
      out = value->text;
  }
  void flag(const JsonValue &in, std::string_view key, bool &out) {
    if (const JsonValue *value = member(in, key, Kind::Bool, "bool"))
      out = value->boolean;
  }
  void number(const JsonValue &in, std::string_view key, int64_t &out) {
    const JsonValue *value = member(in, key, Kind::Number, "int64");
    if (!value)
      return;
    auto parsed = go::parseInt(value->text, 10, 64);
    if (parsed.ok())
      out = parsed.value;
    else
      fail("number " + value->text, key, "int64");
  }
  std::optional<std::vector<std::string>> texts(const JsonValue &in,
                                                std::string_view key) {
    const JsonValue *value = member(in, key, Kind::Array, "[]string");
    if (!value)
      return std::nullopt;
    std::vector<std::string> result;
    result.reserve(value->items.size());
    for (const JsonValue &item : value->items) {
      result.emplace_back();
      if (item.kind == Kind::String)
        result.back() = item.text;
      else if (item.kind != Kind::Null)
        fail(kindName(item.kind), key, "string");
    }
    return result;
  }
  void list(const JsonValue &in, std::string_view key, ir::StringList &out) {
    if (auto items = texts(in, key))
      out = std::move(*items);
  }
  void set(const JsonValue &in, std::string_view key,
           Shared<std::set<std::string>> &out) {
    const JsonValue *value = object(in, key);
    if (!value)
      return;
    for (const auto &[name, item] : value->members) {
      if (item.kind != Kind::Object && item.kind != Kind::Null)
        fail(kindName(item.kind), key, "struct {}");
      out.edit().insert(name);
    }
  }
  void map(const JsonValue &in, std::string_view key,
           Shared<std::map<std::string, std::string>> &out) {
    const JsonValue *value = object(in, key);
    if (!value)
      return;
    for (const auto &[name, item] : value->members) {
      if (item.kind != Kind::String && item.kind != Kind::Null)
        fail(kindName(item.kind), key, "string");
      out.edit()[name] = item.text;
    }
  }
  void time(const JsonValue &in, std::string_view key,
            std::optional<std::string> &out);

private:
  static std::string_view kindName(Kind kind) {
    switch (kind) {
    case Kind::Null:
      return "null";
    case Kind::Bool:
      return "bool";
    case Kind::Number:
      return "number";
    case Kind::String:
      return "string";
    case Kind::Array:
      return "array";
    case Kind::Object:
      return "object";
    }
    return "";
  }
  void fail(std::string_view kind, std::string_view key,
            std::string_view type) {
    if (error.empty())
      error = fmt::format("json: cannot unmarshal {} into Go struct field "
                          "DockerOCIImage.{} of type {}",
                          kind, key, type);
  }
  const JsonValue *member(const JsonValue &in, std::string_view key, Kind kind,
                          std::string_view type) {
    const JsonValue *value = in.find(key);
    if (!value || value->kind == Kind::Null)
      return nullptr;
    if (value->kind == kind)
      return value;
    fail(kindName(value->kind), key, type);
    return nullptr;
  }
};

} // namespace

/// The two digits at `at`, or -1.
static int twoDigits(std::string_view text, size_t at) {
  auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (!digit(at) || !digit(at + 1))
    return -1;
  return (text[at] - '0') * 10 + text[at + 1] - '0';
}

static int daysIn(int month, int year) {
  static constexpr int days[] = {31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/// A strict RFC 3339 time as Go prints it again: no trailing zeros in the
/// fraction, which has nine digits at most, and `Z` for a zero offset.
static std::optional<std::string> normalizeTime(std::string_view text) {
  constexpr size_t wholeSeconds = 19;
  if (text.size() < wholeSeconds + 1)
    return std::nullopt;
  int century = twoDigits(text, 0), year = twoDigits(text, 2);
  int month = twoDigits(text, 5), day = twoDigits(text, 8);
  int hour = twoDigits(text, 11), minute = twoDigits(text, 14);
  int second = twoDigits(text, 17);
  bool sound = century >= 0 && year >= 0 && month >= 1 && month <= 12 &&
               day >= 1 && day <= daysIn(month, century * 100 + year) &&
               hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
               second >= 0 && second < 60 && text[4] == '-' && text[7] == '-' &&
               text[10] == 'T' && text[13] == ':' && text[16] == ':';
  if (!sound)
    return std::nullopt;
  std::string result(text.substr(0, wholeSeconds));
  text.remove_prefix(wholeSeconds);

  if (text.front() == '.') {
    size_t end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1)
      return std::nullopt;
    std::string_view fraction = text.substr(1, std::min<size_t>(end - 1, 9));
    size_t significant = fraction.find_last_not_of('0');
    if (significant != std::string_view::npos)
      result.append(".").append(fraction.substr(0, significant + 1));
    text.remove_prefix(end);
  }

  if (text == "Z")
    return result + "Z";
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return std::nullopt;
  int offsetHours = twoDigits(text, 1), offsetMinutes = twoDigits(text, 4);
  if (offsetHours < 0 || offsetHours > 23 || offsetMinutes < 0 ||
      offsetMinutes > 59)
    return std::nullopt;
  if (offsetHours == 0 && offsetMinutes == 0)
    return result + "Z";
  return result.append(text);
}

void Decoder::time(const JsonValue &in, std::string_view key,
                   std::optional<std::string> &out) {
  const JsonValue *value = in.find(key);
  if (!value || value->kind == Kind::Null)
    return;
  if (value->kind != Kind::String) {
    if (error.empty())
      error = "Time.UnmarshalJSON: input is not a JSON string";
    return;
  }
  if (auto normalized = normalizeTime(value->text)) {
    out = std::move(normalized);
    return;
  }
  if (error.empty())
    error = fmt::format("parsing time {} as \"2006-01-02T15:04:05Z07:00\": "
                        "cannot parse {} as \"2006\"",
                        go::quote(value->text), go::quote(value->text));
}

static void readConfig(Decoder &decoder, const JsonValue &in,
                       ImageConfig &out) {
  decoder.text(in, "User", out.user);
  decoder.set(in, "ExposedPorts", out.exposedPorts);
  if (auto env = decoder.texts(in, "Env"))
    out.env = ConfigEnv(std::move(*env));
  decoder.list(in, "Entrypoint", out.entrypoint);
  decoder.list(in, "Cmd", out.cmd);
  decoder.set(in, "Volumes", out.volumes);
  decoder.text(in, "WorkingDir", out.workingDir);
  decoder.map(in, "Labels", out.labels);
  decoder.text(in, "StopSignal", out.stopSignal);
  decoder.flag(in, "ArgsEscaped", out.argsEscaped);
  if (const JsonValue *check = decoder.object(in, "Healthcheck")) {
    Healthcheck &health = out.healthcheck.emplace();
    if (auto test = decoder.texts(*check, "Test"))
      health.test = std::move(*test);
    decoder.number(*check, "Interval", health.interval);
    decoder.number(*check, "Timeout", health.timeout);
    decoder.number(*check, "StartPeriod", health.startPeriod);
    decoder.number(*check, "StartInterval", health.startInterval);
    decoder.number(*check, "Retries", health.retries);
  }
  decoder.list(in, "OnBuild", out.onBuild);
  decoder.list(in, "Shell", out.shell);
}

static void readHistory(Decoder &decoder, const JsonValue &in, History &out) {
  const JsonValue *entries = in.find("history");
  if (!entries || entries->kind == Kind::Null)
    return;
  if (entries->kind != Kind::Array) {
    decoder.object(in, "history");
    return;
  }
  for (const JsonValue &item : entries->items) {
    HistoryEntry entry;
    decoder.time(item, "created", entry.created);
    decoder.text(item, "created_by", entry.createdBy);
    decoder.text(item, "author", entry.author);
    decoder.text(item, "comment", entry.comment);
    decoder.flag(item, "empty_layer", entry.emptyLayer);
    out.append(std::move(entry));
  }
}

bool ImageConfig::parse(std::string_view json, ImageConfig &result,
                        std::string &error) {
  std::optional<JsonValue> document = go::parseJson(json, &error);
  if (!document)
    return false;
  result = ImageConfig();
  if (document->kind == Kind::Null)
    return true;
  if (document->kind != Kind::Object) {
    error = "json: cannot unmarshal into Go value of type v1.DockerOCIImage";
    return false;
  }

  Decoder decoder;
  decoder.time(*document, "created", result.created);
  decoder.text(*document, "author", result.author);
  decoder.text(*document, "architecture", result.platform.architecture);
  decoder.text(*document, "os", result.platform.os);
  decoder.text(*document, "os.version", result.platform.osVersion);
  if (auto features = decoder.texts(*document, "os.features"))
    result.platform.osFeatures = std::move(*features);
  decoder.text(*document, "variant", result.platform.variant);
  if (const JsonValue *rootfs = decoder.object(*document, "rootfs")) {
    decoder.text(*rootfs, "type", result.rootfsType);
    if (auto ids = decoder.texts(*rootfs, "diff_ids"))
      result.diffIds = ir::StringList(std::move(*ids));
  }
  readHistory(decoder, *document, result.history);
  if (const JsonValue *config = decoder.object(*document, "config"))
    readConfig(decoder, *config, result);
  error = std::move(decoder.error);
  return error.empty();
}

} // namespace llb::lower
