// SPDX-License-Identifier: Apache-2.0
//
// JSON as Go's encoding/json reads and writes it: HTML
// characters escaped, invalid UTF-8 replaced, struct order kept.
#ifndef LLB_SUPPORT_GOJSON_H
#define LLB_SUPPORT_GOJSON_H

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llb::go {

/// Appends `text` as a JSON string. `escapeHtml` is json.Marshal's default.
void appendJsonString(std::string &out, std::string_view text,
                      bool escapeHtml = true);
std::string jsonString(std::string_view text, bool escapeHtml = true);
/// Standard base64 with padding.
std::string base64(std::string_view data);
std::optional<std::string> decodeBase64(std::string_view text);

struct JsonMember;

/// A parsed JSON document that keeps member order and number texts.
struct JsonValue {
  enum class Kind { Null, Bool, Number, String, Array, Object };
  Kind kind = Kind::Null;
  bool boolean = false;
  /// Text of a number, or the decoded string.
  std::string text;
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;

  // Clang 19 cannot define these while it is still working out the pair.
  JsonValue();
  JsonValue(const JsonValue &);
  JsonValue(JsonValue &&) noexcept;
  JsonValue &operator=(const JsonValue &);
  JsonValue &operator=(JsonValue &&) noexcept;
  ~JsonValue();

  /// The member that Go would decode into a field of this name: the last one
  /// that matches, exactly or ignoring case.
  const JsonValue *find(std::string_view name) const;
  /// The text of that member; empty if there is none.
  std::string textOf(std::string_view name) const;
};

/// A named value of an object. Not a std::pair: a pair of an incomplete type
/// cannot be an element of a vector.
struct JsonMember {
  std::string first;
  JsonValue second;
};

/// json.Unmarshal's grammar: surrounding white space, no comments, no trailing
/// commas, at most 10,000 levels. `error` gets a message if not null.
std::optional<JsonValue> parseJson(std::string_view text,
                                   std::string *error = nullptr);

/// `value` without white space, members in their order.
std::string renderJson(const JsonValue &value);

/// json.Valid.
bool isJson(std::string_view text);

/// json.Compact plus HTML escaping, as Go re-encodes a RawMessage; nothing if
/// `text` is not JSON.
std::optional<std::string> compactJson(std::string_view text);
/// json.Indent of compact JSON with two spaces.
std::string indentJson(std::string_view compact);

} // namespace llb::go

#endif
