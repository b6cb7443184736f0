// SPDX-License-Identifier: Apache-2.0
//
// A history counts one entry a layer. Entries that are missing are made up from
// the layers; entries for more layers than there are count as empty.
#include "llb/Backend/ImageConfig.h"

#include "Json.h"

#include "llb/Engine/CacheRecords.h"
#include "llb/Support/GoText.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace llb::backend {
namespace {

constexpr int64_t second = 1000000000;

struct HistoryItem {
  std::optional<std::string> created;
  std::string createdBy, author, comment;
  bool empty = false;
  bool operator==(const HistoryItem &) const = default;

  std::string str() const {
    std::string out;
    auto add = [&](const char *name, const std::string &text) {
      if (!text.empty())
        out += std::string(out.empty() ? "" : ",") + "\"" + name +
               "\":" + go::jsonString(text);
    };
    add("created", created.value_or(""));
    add("created_by", createdBy);
    add("author", author);
    add("comment", comment);
    if (empty)
      out += std::string(out.empty() ? "" : ",") + "\"empty_layer\":true";
    return "{" + out + "}";
  }
};

/// RFC 3339 with as many digits of a second as there are.
std::string formatTime(int64_t nanoseconds) {
  int64_t rest = nanoseconds % second;
  std::string text = go::formatUnixTime((nanoseconds - rest) / second);
  if (!rest)
    return text;
  char digits[16];
  std::snprintf(digits, sizeof digits, ".%09lld", static_cast<long long>(rest));
  std::string fraction = digits;
  while (fraction.ends_with('0'))
    fraction.pop_back();
  return text.substr(0, text.size() - 1) + fraction + "Z";
}

/// Nanoseconds of an RFC 3339 time; nothing if it is none.
std::optional<int64_t> parseTime(const std::string &text) {
  std::tm parts{};
  int used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year,
                  &parts.tm_mon, &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
                  &parts.tm_sec, &used) != 6)
    return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  int64_t result = static_cast<int64_t>(timegm(&parts)) * second;
  auto at = static_cast<size_t>(used);
  if (at < text.size() && text[at] == '.') {
    int64_t unit = second;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      result += (text[at] - '0') * (unit /= 10);
  }
  int hours = 0, minutes = 0;
  char sign = 0;
  if (at < text.size() && text[at] != 'Z' &&
      std::sscanf(text.c_str() + at, "%c%2d:%2d", &sign, &hours, &minutes) == 3)
    result -= second * (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  return result;
}

std::vector<HistoryItem> readHistory(const go::JsonValue &config) {
  std::vector<HistoryItem> history;
  const go::JsonValue *list = config.find("history");
  if (!list)
    return history;
  for (const go::JsonValue &entry : list->items) {
    HistoryItem item;
    if (const std::string created = entry.textOf("created"); !created.empty())
      item.created = created;
    item.createdBy = entry.textOf("created_by");
    item.author = entry.textOf("author");
    item.comment = entry.textOf("comment");
    const go::JsonValue *empty = entry.find("empty_layer");
    item.empty = empty && empty->boolean;
    history.push_back(std::move(item));
  }
  return history;
}

void fitHistory(std::vector<HistoryItem> &history,
                const std::vector<ConfigLayer> &layers) {
  size_t counted = 0;
  for (HistoryItem &item : history) {
    if (item.empty)
      continue;
    if (counted >= layers.size())
      item.empty = true;
    else
      ++counted;
  }
  for (size_t i = counted; i < layers.size(); ++i) {
    HistoryItem item;
    item.created = formatTime(layers[i].created);
    item.createdBy = layers[i].description;
    item.comment = "buildkit.exporter.image.v0";
    history.push_back(std::move(item));
  }
  size_t layer = 0;
  for (HistoryItem &item : history) {
    if (item.empty)
      continue;
    if (!item.created)
      item.created = formatTime(layers[layer].created);
    ++layer;
  }
}

/// Gives entries without a time the one of the first new layer, then that of
/// the entry before.
void fillTimes(std::vector<HistoryItem> &history) {
  std::optional<std::string> created;
  bool missing = false;
  for (const HistoryItem &item : history) {
    if (!item.created) {
      missing = true;
      continue;
    }
    created = item.created;
    if (missing)
      break;
  }
  missing = false;
  for (HistoryItem &item : history) {
    if (!item.created) {
      missing = true;
      item.created = created;
    } else if (missing) {
      created = item.created;
    }
  }
}

llvm::Error configError(const char *text) {
  return llvm::createStringError(
      std::make_error_code(std::errc::invalid_argument),
      "invalid image config for export: %s", text);
}

} // namespace

llvm::Expected<std::string>
finishImageConfig(const std::string &config,
                  const std::optional<std::string> &base,
                  const std::vector<ConfigLayer> &layers,
                  std::optional<int64_t> epoch, const std::string &cache) {
  auto json = go::parseJson(config);
  if (!json || json->kind != go::JsonValue::Kind::Object)
    return configError("not an object");
  for (const char *name : {"os", "architecture"}) {
    const go::JsonValue *value = json->find(name);
    if (!value || value->text.empty())
      return configError(name == std::string("os") ? "missing os"
                                                   : "missing architecture");
  }
  std::vector<HistoryItem> history = readHistory(*json);
  fitHistory(history, layers);
  fillTimes(history);

  std::optional<int64_t> limit;
  if (epoch)
    limit = *epoch * second;
  auto isLate = [&](const std::optional<std::string> &time) {
    return !time || parseTime(*time).value_or(INT64_MAX) > *limit;
  };
  if (limit) {
    std::vector<HistoryItem> before;
    if (base)
      if (auto baseJson = go::parseJson(*base))
        before = readHistory(*baseJson);
    bool diverged = false;
    for (size_t i = 0; i < history.size(); ++i) {
      if (!diverged && i < before.size() && history[i] == before[i])
        continue;
      diverged = true;
      if (isLate(history[i].created))
        history[i].created = formatTime(*limit);
    }
  }

  RawObject members = rawMembers(*json);
  std::string ids, entries;
  for (const ConfigLayer &layer : layers)
    ids += (ids.empty() ? "" : ",") + go::jsonString(layer.diffId);
  members["rootfs"] = "{\"type\":\"layers\",\"diff_ids\":" +
                      (layers.empty() ? "null" : "[" + ids + "]") + "}";
  std::optional<std::string> last;
  for (const HistoryItem &item : history) {
    entries += (entries.empty() ? "" : ",") + item.str();
    if (item.created)
      last = item.created;
  }
  members["history"] = history.empty() ? "null" : "[" + entries + "]";
  members.erase(engine::inlineCacheMember);
  if (!cache.empty())
    members[engine::inlineCacheMember] = cache;
  auto created = members.find("created");
  if (created == members.end()) {
    members["created"] = last ? go::jsonString(*last) : "null";
  } else if (limit) {
    const go::JsonValue *value = json->find("created");
    if (value && isLate(value->text))
      created->second = go::jsonString(formatTime(*limit));
  }
  return renderObject(members);
}

} // namespace llb::backend
