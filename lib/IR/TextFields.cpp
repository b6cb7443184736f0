// SPDX-License-Identifier: Apache-2.0
//
// The parts of message parsing that are no templates.
#include "TextFields.h"

#include "llb/Support/GoJson.h"
#include "llb/Support/IRDiags.h"

namespace llb::ir::text {

bool FieldParser::consume(TokenKind kind) {
  if (!token.is(kind))
    return false;
  advance();
  return true;
}

bool FieldParser::consumeWord(std::string_view word) {
  if (!token.isWord(word))
    return false;
  advance();
  return true;
}

bool FieldParser::expect(TokenKind kind) {
  return consume(kind) || unexpected(describe(kind));
}

bool FieldParser::unexpected(std::string_view what) {
  // The lexer has reported what is no token.
  if (!token.is(TokenKind::Invalid))
    diags.report(diag::TextExpected, token.range(), what, describe(token));
  return false;
}

void FieldParser::skipEntry() {
  unsigned depth = 0;
  advance();
  for (; !token.is(TokenKind::End); advance()) {
    // Entries that stand line by line need no comma between them.
    if (depth == 0 && token.startsLine && token.is(TokenKind::Word))
      return;
    switch (token.kind) {
    case TokenKind::LeftBrace:
    case TokenKind::LeftBracket:
    case TokenKind::LeftParen:
      ++depth;
      break;
    case TokenKind::RightBrace:
    case TokenKind::RightBracket:
    case TokenKind::RightParen:
      if (depth == 0)
        return;
      --depth;
      break;
    case TokenKind::Comma:
      if (depth == 0)
        return;
      break;
    default:
      break;
    }
  }
}

bool FieldParser::unknownField(const std::vector<std::string> &names) {
  diags.report(diag::TextUnknownField, token.range(), token.text,
               didYouMean(token.text, names, /*caseSensitive=*/true));
  skipEntry();
  return true;
}

bool FieldParser::parseString(std::string &out) {
  if (!token.is(TokenKind::String))
    return unexpected("string");
  out.clear();
  // Adjacent literals are one string, so that a text can stand line by line.
  for (; token.is(TokenKind::String); advance())
    decodeString(token, out, diags);
  return true;
}

bool FieldParser::parseBase64(std::string &out) {
  if (!consumeWord("base64"))
    return unexpected("'base64'");
  llvm::SMRange range = token.range();
  std::string encoded;
  if (!parseString(encoded))
    return false;
  if (std::optional<std::string> bytes = go::decodeBase64(encoded))
    out = std::move(*bytes);
  else
    diags.report(diag::TextBadBase64, range);
  return true;
}

bool FieldParser::parseInt(uint64_t &out, bool isSigned, int digits) {
  if (!token.is(TokenKind::Number))
    return unexpected("number");
  std::string_view text = token.text;
  bool negative = text.starts_with('-');
  if (negative)
    text.remove_prefix(1);
  unsigned base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 10;
  if (base != 10)
    text.remove_prefix(2);
  // The largest magnitude that fits; one more for the least signed number.
  uint64_t limit = digits == 64 ? UINT64_MAX : (uint64_t(1) << digits) - 1;
  if (negative)
    limit = isSigned ? limit + 1 : 0;
  uint64_t value = 0;
  bool good = !text.empty();
  for (char c : text) {
    unsigned digit = 16;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if (c >= 'a' && c <= 'f')
      digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
      digit = c - 'A' + 10;
    good &= digit < base &&
            value <= (limit - std::min<uint64_t>(digit, limit)) / base;
    if (!good)
      break;
    value = value * base + digit;
  }
  if (!good || value > limit)
    diags.report(diag::TextBadNumber, token.range(), token.text,
                 isSigned ? "a signed" : "an unsigned",
                 digits + (isSigned ? 1 : 0));
  out = negative ? 0 - value : value;
  advance();
  return true;
}

bool FieldParser::parseEnum(const std::string_view *names, size_t count,
                            int32_t &out) {
  if (token.is(TokenKind::Number))
    return parseInt(out);
  if (!token.is(TokenKind::Word))
    return unexpected("name or number");
  std::vector<std::string> options(names, names + count);
  bool found = false;
  for (size_t i = 0; i < count; ++i)
    if (token.text == names[i]) {
      out = static_cast<int32_t>(i);
      found = true;
    }
  if (!found)
    diags.report(diag::TextUnknownEnumerator, token.range(), token.text,
                 didYouMean(token.text, options, /*caseSensitive=*/true));
  advance();
  return true;
}

bool FieldParser::parseFlag(bool &out) {
  out = true;
  if (!consume(TokenKind::Equal))
    return true;
  if (consumeWord("true"))
    return true;
  out = false;
  return consumeWord("false") || unexpected("'true' or 'false'");
}

bool FieldParser::parseKey(std::string &out) {
  if (token.is(TokenKind::String))
    return parseString(out);
  if (!token.is(TokenKind::Word))
    return unexpected("key");
  out = token.text;
  advance();
  return true;
}

bool FieldParser::parseList(StringList &out) {
  std::vector<std::string> items;
  if (!parseSequence(TokenKind::LeftBracket, TokenKind::RightBracket,
                     [&] { return parseString(items.emplace_back()); }))
    return false;
  out = StringList(std::move(items));
  return true;
}

bool FieldParser::parseMap(StringMap &out) {
  return parseBraced([&] {
    Token name = token;
    std::string key;
    if (!parseKey(key) || !expect(TokenKind::Equal))
      return false;
    auto [entry, isNew] = out.try_emplace(std::move(key));
    if (!isNew)
      diags.report(diag::TextRepeatedField, name.range(), entry->first);
    return parseString(entry->second);
  });
}

bool FieldParser::parsePresent(Bytes &out) {
  return expect(TokenKind::Equal) &&
         (token.isWord("base64") ? parseBase64(out.data)
                                 : parseString(out.data));
}

bool FieldParser::parsePresent(CapMap &caps) {
  CapMap::Map &out = caps.edit();
  return parseBraced([&] {
    Token name = token;
    std::string key;
    if (!parseKey(key))
      return false;
    auto [entry, isNew] = out.try_emplace(std::move(key));
    if (!isNew)
      diags.report(diag::TextRepeatedField, name.range(), entry->first);
    return parseFlag(entry->second);
  });
}

bool FieldParser::parsePresent(UserOpt &out) {
  if (!consume(TokenKind::Equal))
    return parseMessage(out);
  if (token.is(TokenKind::Number))
    return parseInt(out.user.emplace<uint32_t>());
  auto &named = out.user.emplace<NamedUser>();
  if (!parseString(named.name))
    return false;
  return (consumeWord("from") || unexpected("'from'")) && parseRef(named.input);
}

bool FieldParser::parseMessage(UserOpt &out) {
  static const std::vector<std::string> names = {"byName", "byID"};
  return parseBraced([&] {
    Token name = token;
    if (!name.is(TokenKind::Word))
      return unexpected("field name");
    if (name.text == unknownName) {
      advance();
      return expect(TokenKind::Equal) && parseBase64(out.unknown.bytes.edit());
    }
    if (name.text != names[0] && name.text != names[1])
      return unknownField(names);
    if (!std::holds_alternative<std::monostate>(out.user))
      diags.report(diag::TextRepeatedField, name.range(), name.text);
    advance();
    if (name.text == names[0])
      return parseMessage(out.user.emplace<NamedUser>());
    return expect(TokenKind::Equal) && parseInt(out.user.emplace<uint32_t>());
  });
}

} // namespace llb::ir::text
