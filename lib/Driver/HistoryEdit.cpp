// SPDX-License-Identifier: Apache-2.0
//
// The config is our own compact JSON, or it would not have got here; it is
// edited as text, so that every other byte stays.
#include "HistoryEdit.h"

namespace llb::driver {
namespace {

/// Walks over JSON and knows how deep it is and whether in a string.
class JsonCursor {
public:
  explicit JsonCursor(std::string_view text) : text(text) {}

  bool atEnd() const { return at >= text.size(); }
  size_t position() const { return at; }
  size_t depth() const { return level; }
  /// Steps over one character, or one whole string.
  char next() {
    char c = text[at++];
    if (c == '"') {
      while (!atEnd() && text[at] != '"')
        at += text[at] == '\\' ? 2 : 1;
      ++at;
    } else if (c == '{' || c == '[') {
      ++level;
    } else if (c == '}' || c == ']') {
      --level;
    }
    return c;
  }

private:
  std::string_view text;
  size_t at = 0;
  size_t level = 0;
};

struct Entry {
  /// Where the closing brace is.
  size_t end;
  bool hasLayer;
};

std::vector<Entry> entriesOf(std::string_view config) {
  constexpr std::string_view key = "\"history\":[";
  constexpr std::string_view empty = "\"empty_layer\":true";
  JsonCursor cursor(config);
  bool inside = false;
  std::vector<Entry> entries;
  Entry entry{0, true};
  while (!cursor.atEnd()) {
    size_t start = cursor.position();
    size_t depth = cursor.depth();
    char c = cursor.next();
    if (depth == 1 && c == '"')
      inside = config.substr(start).starts_with(key);
    if (!inside)
      continue;
    if (depth == 2 && c == '{')
      entry.hasLayer = true;
    if (depth == 3 && c == '"' && config.substr(start).starts_with(empty))
      entry.hasLayer = false;
    if (depth == 3 && c == '}') {
      entry.end = start;
      entries.push_back(entry);
    }
  }
  return entries;
}

} // namespace

std::string joinHistory(std::string_view config,
                        const std::vector<uint32_t> &widths) {
  std::vector<size_t> layers;
  for (const Entry &entry : entriesOf(config))
    if (entry.hasLayer)
      layers.push_back(entry.end);
  size_t total = 0;
  for (uint32_t width : widths)
    total += width;
  std::string result;
  if (total > layers.size())
    return std::string(config);

  size_t next = layers.size() - total;
  size_t copied = 0;
  for (uint32_t width : widths) {
    for (uint32_t i = 0; i < width; ++i, ++next) {
      if (i + 1 == width)
        continue;
      size_t end = layers[next];
      result += config.substr(copied, end - copied);
      result += config[end - 1] == '{' ? "\"empty_layer\":true"
                                       : ",\"empty_layer\":true";
      copied = end;
    }
  }
  result += config.substr(copied);
  return result;
}

} // namespace llb::driver
