// SPDX-License-Identifier: Apache-2.0
//
// The JSON that answers are made of, written compactly and indented at the end.
#ifndef LLB_LOWER_ANSWERJSON_H
#define LLB_LOWER_ANSWERJSON_H

#include "llb/Support/DiagEngine.h"

#include <string>
#include <string_view>

namespace llb::lower {

/// One JSON object under construction at the end of a string.
class JsonObject {
public:
  explicit JsonObject(std::string &out) : out(out) { out += '{'; }
  JsonObject(const JsonObject &) = delete;
  JsonObject &operator=(const JsonObject &) = delete;
  ~JsonObject() { out += '}'; }

  /// Starts a member; its value is to be appended to the returned string.
  std::string &member(std::string_view name);
  void text(std::string_view name, std::string_view value);
  /// Left out if empty.
  void optionalText(std::string_view name, std::string_view value);
  /// `true`, or left out.
  void flag(std::string_view name, bool value);
  /// A pb.Location with one range per line.
  void location(std::string_view name, LineRange lines);

private:
  std::string &out;
  bool first = true;
};

/// Appends `[`, what `write` appends for each item, and `]`.
template <class List, class Write>
void appendJsonArray(std::string &out, const List &items, Write write) {
  out += '[';
  bool first = true;
  for (const auto &item : items) {
    if (!first)
      out += ',';
    first = false;
    write(item);
  }
  out += ']';
}

/// A range of a pb.Location.
void appendJsonRange(std::string &out, unsigned firstLine, unsigned lastLine);

} // namespace llb::lower

#endif
