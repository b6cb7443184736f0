// SPDX-License-Identifier: Apache-2.0
//
// Text to messages, over the field tables alone: the counterpart of
// TextMessage.h. Nesting is that of the message types, so the recursion is
// bounded whatever the input is; what is skipped after an error is skipped
// without recursion.
#ifndef LLB_IR_TEXTFIELDS_H
#define LLB_IR_TEXTFIELDS_H

#include "TextLexer.h"
#include "TextTraits.h"
#include "llb/Support/IRDiags.h"
#include "llb/Support/Suggest.h"

#include <limits>
#include <optional>

namespace llb::ir::text {

/// Reads messages from a stream of tokens. Functions return false after they
/// reported an error that leaves the statement unreadable; lesser errors are
/// reported and parsing goes on.
class FieldParser {
public:
  FieldParser(std::string_view text, DiagEngine &diags)
      : diags(diags), errorsBefore(diags.errorCount()), lexer(text, diags) {
    advance();
  }

protected:
  /// How references to inputs are resolved; the operation being read.
  virtual bool parseRef(int64_t &index) = 0;
  ~FieldParser() = default;

  void advance() { token = lexer.next(); }
  /// Whether `token` is a value that is used here: `%a =` begins the next
  /// statement instead, which no operand is followed by.
  bool isOperand() const {
    return token.is(TokenKind::Value) && !lexer.atEqual();
  }
  bool consume(TokenKind kind);
  bool consumeWord(std::string_view word);
  bool expect(TokenKind kind);
  /// Reports that `what` was expected here; always false.
  bool unexpected(std::string_view what);
  /// Skips an unknown entry, up to the `,`, bracket or next entry after it.
  void skipEntry();

  bool parseString(std::string &out);
  /// `base64 "…"`.
  bool parseBase64(std::string &out);
  template <class Int> bool parseInt(Int &out) {
    uint64_t bits = 0;
    constexpr bool isSigned = std::is_signed_v<Int>;
    if (!parseInt(bits, isSigned, std::numeric_limits<Int>::digits))
      return false;
    out = static_cast<Int>(bits);
    return true;
  }
  bool parseList(StringList &out);
  bool parseMap(StringMap &out);

  /// `{ entry, … }` of a message.
  template <class Message> bool parseMessage(Message &out) {
    uint64_t seen = 0;
    return parseBraced([&] {
      bool known = false;
      return parseEntry(out, seen, known) && (known || unknownField<Message>());
    });
  }
  bool parseMessage(UserOpt &out);
  bool parseMessage(RawDefinition &out) { return parseBase64(out.bytes); }

  /// One entry, if `token` names a field of `Message`; `known` says whether.
  /// `seen` has a bit for each field that was given.
  template <class Message>
  bool parseEntry(Message &out, uint64_t &seen, bool &known,
                  std::string_view unknownEntry = unknownName) {
    if (!token.is(TokenKind::Word))
      return unexpected("field name");
    Token name = token;
    unsigned position = 0;
    bool ok = true;
    forEachField<Message>([&](const auto &field) {
      ++position;
      if (known || name.text != field.name)
        return;
      known = true;
      if (seen >> position & 1)
        diags.report(diag::TextRepeatedField, name.range(), name.text);
      seen |= uint64_t(1) << position;
      advance();
      ok = parseValue(field, out.*field.member);
    });
    if (!known && name.text == unknownEntry) {
      known = true;
      advance();
      ok = expect(TokenKind::Equal) && parseBase64(out.unknown.bytes.edit());
    }
    return ok;
  }

  /// Sets the fields that text leaves out to the values they then have.
  template <class Message> static void setAbsent(Message &out) {
    if constexpr (requires { Message::fields(); })
      forEachField<Message>([&](const auto &field) {
        if constexpr (std::is_integral_v<
                          std::decay_t<decltype(out.*field.member)>>)
          out.*field.member = absentValue(field);
      });
  }

  /// Names of the fields of a message, for suggestions.
  template <class Message>
  static void fieldNames(std::vector<std::string> &names) {
    forEachField<Message>(
        [&](const auto &field) { names.emplace_back(field.name); });
  }
  /// Reports the field that `token` names and skips it.
  bool unknownField(const std::vector<std::string> &names);

  /// `{ item, … }`.
  template <class Parse> bool parseBraced(const Parse &item) {
    return parseSequence(TokenKind::LeftBrace, TokenKind::RightBrace, item);
  }
  template <class Parse>
  bool parseSequence(TokenKind open, TokenKind close, const Parse &item) {
    if (!expect(open))
      return false;
    while (!consume(close)) {
      if (!item())
        return false;
      if (!token.is(close) && !consume(TokenKind::Comma))
        return unexpected("',' or " + std::string(describe(close)));
    }
    return true;
  }

  DiagEngine &diags;
  /// Errors reported before the first token was read.
  unsigned errorsBefore;
  Token token;

private:
  template <class Message> bool unknownField() {
    std::vector<std::string> names;
    fieldNames<Message>(names);
    return unknownField(names);
  }

  bool parseInt(uint64_t &out, bool isSigned, int digits);
  bool parseKey(std::string &out);
  bool parseEnum(const std::string_view *names, size_t count, int32_t &out);

  template <class Owner, class Type>
  bool parseValue(const Field<Owner, Type> &field, Type &out) {
    if constexpr (std::is_same_v<Type, bool>) {
      return parseFlag(out);
    } else if constexpr (std::is_integral_v<Type>) {
      if (!expect(TokenKind::Equal))
        return false;
      if constexpr (std::is_same_v<Type, int64_t>)
        if (isInputIndex(field))
          return parseRef(out);
      return parseInt(out);
    } else if constexpr (std::is_enum_v<Type>) {
      int32_t number = 0;
      const auto &names = EnumNames<Type>::names;
      if (!expect(TokenKind::Equal) ||
          !parseEnum(names.data(), names.size(), number))
        return false;
      out = static_cast<Type>(number);
      return true;
    } else if constexpr (IsOptional<Type>::value) {
      out.emplace();
      setAbsent(*out);
      return parsePresent(*out);
    } else {
      return parsePresent(out);
    }
  }

  bool parseFlag(bool &out);
  bool parsePresent(std::string &out) {
    return expect(TokenKind::Equal) && parseString(out);
  }
  bool parsePresent(Bytes &out);
  bool parsePresent(RawDefinition &out) {
    return expect(TokenKind::Equal) && parseBase64(out.bytes);
  }
  bool parsePresent(StringList &out) {
    return expect(TokenKind::Equal) && parseList(out);
  }
  bool parsePresent(StringMap &out) { return parseMap(out); }
  bool parsePresent(CapMap &caps);
  bool parsePresent(UserOpt &out);
  template <class Item> bool parsePresent(std::vector<Item> &out) {
    return expect(TokenKind::Equal) &&
           parseSequence(TokenKind::LeftBracket, TokenKind::RightBracket, [&] {
             Item &item = out.emplace_back();
             if constexpr (std::is_integral_v<Item>) {
               return parseInt(item);
             } else {
               setAbsent(item);
               return parseMessage(item);
             }
           });
  }
  template <class Message>
  bool parsePresent(std::map<std::string, Message> &out) {
    return parseBraced([&] {
      Token name = token;
      std::string key;
      if (!parseKey(key))
        return false;
      auto [entry, isNew] = out.try_emplace(std::move(key));
      if (!isNew)
        diags.report(diag::TextRepeatedField, name.range(), entry->first);
      setAbsent(entry->second);
      if constexpr (requires { entry->second.isNull; })
        if (consume(TokenKind::Equal)) {
          entry->second.isNull = true;
          return consumeWord("null") || unexpected("'null'");
        }
      return parseMessage(entry->second);
    });
  }
  template <class Message>
    requires requires { Message::fields(); }
  bool parsePresent(Message &out) {
    return parseMessage(out);
  }

  Lexer lexer;
};

} // namespace llb::ir::text

#endif
