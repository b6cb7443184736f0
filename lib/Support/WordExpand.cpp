// SPDX-License-Identifier: Apache-2.0
//
// The expander is one pass over the code points of a word, without an AST: the
// word after `${name:-` is expanded by the same code that expands a whole word,
// told to stop at `}`. Because it is one pass, a default is expanded even where
// it is not used, and errors in it count.
#include "llb/Support/WordExpand.h"

#include "WordExpander.h"

#include <fmt/format.h>
#include <llvm/ADT/STLExtras.h>

namespace llb {

bool Expander::tooDeep() {
  return fail(fmt::format("substitutions nest deeper than {}; raise "
                          "--max-nesting if that is meant",
                          options.maxNesting));
}

bool Expander::tooLarge() {
  return fail(fmt::format("the expanded value is larger than {} bytes; raise "
                          "--max-value-bytes if that is meant",
                          maxBytes));
}

bool Expander::badModifier(std::string_view modifier) {
  return fail(
      fmt::format("unsupported modifier ({}) in substitution", modifier));
}

bool Expander::unclosed(char32_t stop) {
  std::string message =
      "unexpected end of statement while looking for matching ";
  appendRune(message, stop);
  return fail(std::move(message));
}

/// Expands up to the code point `stop`, which is consumed, or to the end.
bool Expander::processUntil(char32_t stop, bool raw, std::string &out,
                            std::vector<std::string> &wordList) {
  if (++depth > options.maxNesting)
    return tooDeep();
  wordBuffer.clear();
  Words words{wordBuffer, wordList};
  bool outerRaw = rawEscapes;
  rawEscapes = raw;
  auto leave = [&] {
    rawEscapes = outerRaw;
    --depth;
    words.finish();
    return true;
  };

  while (!scanner.atEnd()) {
    char32_t rune = scanner.peek();
    if (stop != endOfInput && rune == stop) {
      scanner.next();
      return leave();
    }
    bool quote = rune == '\'' || rune == '"';
    if (rune == '$' || rune == '<' || (quote && !options.skipProcessQuotes)) {
      std::string piece;
      if (!processSpecial(rune, piece)) {
        rawEscapes = outerRaw;
        --depth;
        return false;
      }
      if (rune == '$')
        words.add(piece);
      else
        words.addRaw(piece);
      if (!append(out, std::move(piece)))
        return false;
      continue;
    }
    scanner.next();
    if (rune != static_cast<unsigned char>(options.escape)) {
      words.addRune(rune);
      appendRune(out, rune);
      continue;
    }
    if (rawEscapes) {
      words.addRawRune(rune);
      appendRune(out, rune);
    }
    if (scanner.atEnd())
      break;
    rune = scanner.next();
    words.addRawRune(rune);
    appendRune(out, rune);
  }
  leave();
  if (stop == endOfInput)
    return true;
  return unclosed(stop);
}

bool Expander::processSpecial(char32_t rune, std::string &out) {
  switch (rune) {
  case '$':
    return processDollar(out);
  case '\'':
    return processSingleQuote(out);
  case '"':
    return processDoubleQuote(out);
  default:
    processLess(out);
    return true;
  }
}

bool Expander::processSingleQuote(std::string &out) {
  char32_t rune = scanner.next();
  if (options.rawQuotes)
    appendRune(out, rune);
  for (;;) {
    rune = scanner.next();
    if (rune == endOfInput)
      return fail("unexpected end of statement while looking for matching "
                  "single-quote");
    if (rune == '\'') {
      if (options.rawQuotes)
        appendRune(out, rune);
      return true;
    }
    appendRune(out, rune);
  }
}

bool Expander::processDoubleQuote(std::string &out) {
  char32_t rune = scanner.next();
  if (options.rawQuotes)
    appendRune(out, rune);
  const char32_t escape = static_cast<unsigned char>(options.escape);
  for (;;) {
    switch (scanner.peek()) {
    case endOfInput:
      return fail("unexpected end of statement while looking for matching "
                  "double-quote");
    case '"':
      rune = scanner.next();
      if (options.rawQuotes)
        appendRune(out, rune);
      return true;
    case '$': {
      std::string piece;
      if (!processDollar(piece) || !append(out, std::move(piece)))
        return false;
      continue;
    }
    default:
      break;
    }
    rune = scanner.next();
    if (rune == escape) {
      if (rawEscapes)
        appendRune(out, rune);
      char32_t after = scanner.peek();
      if (after == endOfInput)
        continue;
      if (after == '"' || after == '$' || after == escape)
        rune = scanner.next();
    }
    appendRune(out, rune);
  }
}

/// `<<` keeps the white space after it in the same word, so that `<< EOF` is
/// one heredoc word.
void Expander::processLess(std::string &out) {
  scanner.next();
  out += '<';
  if (scanner.peek() != '<')
    return;
  scanner.next();
  out += '<';
  while (scanner.peek() == '\t' || scanner.peek() == '\r' ||
         scanner.peek() == ' ')
    appendRune(out, scanner.next());
}

/// Whether nothing in `word` means anything but itself.
static bool isPlain(std::string_view word, char escape) {
  return llvm::all_of(word, [escape](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '$' && c != '\'' &&
           c != '"' && c != '<' && c != escape;
  });
}

Expanded expandWord(std::string_view word, const EnvGetter &env,
                    const ExpandOptions &options, size_t maxBytes) {
  Expanded result;
  if (options.maxNesting > 0 && isPlain(word, options.escape)) {
    result.text = word;
    return result;
  }
  std::vector<std::string> words;
  Expander expander(word, env, options, maxBytes, /*capture=*/true);
  expander.run(result.text, words);
  result.error = std::move(expander.error);
  result.matched = std::move(expander.matched);
  result.unmatched = std::move(expander.unmatched);
  return result;
}

ExpandedWords expandWords(std::string_view word, const EnvGetter &env,
                          const ExpandOptions &options, size_t maxBytes) {
  ExpandedWords result;
  std::string text;
  Expander expander(word, env, options, maxBytes, /*capture=*/false);
  expander.run(text, result.words);
  result.error = std::move(expander.error);
  return result;
}

} // namespace llb
