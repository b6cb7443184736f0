// SPDX-License-Identifier: Apache-2.0
//
// The grammar has told words apart already; what is left is their inside.
#include "Words.h"

#include "ExecForm.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb::frontend {
namespace {

bool isBlank(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

class ArgReader {
public:
  ArgReader(const RawStmt &raw, char escape, ast::Vocabulary words, Args &args,
            Diagnostic &error)
      : raw(raw), escape(escape), vocabulary(words), args(args), error(error) {}

  bool read();

private:
  const RawStmt &raw;
  char escape;
  ast::Vocabulary vocabulary;
  Args &args;
  Diagnostic &error;

  bool readText();
  bool readList();
  bool readExec();
  bool readPairs(ast::StmtKind instruction);
  void readLegacyPair(size_t nameLength);
  void readDeclarations();

  void add(std::string text, const Word &where) {
    args.items.push_back({std::move(text), raw.place(where)});
  }
  template <class... Values>
  bool fail(DiagId id, llvm::SMRange range, const Values &...values) {
    error = DiagEngine::make(id, range, fmt::make_format_args(values...));
    error.places.push_back(raw.line->lines);
    return false;
  }
};

/// A JSON list if it is one; true as well if it is none, with `json` unset.
bool ArgReader::readExec() {
  std::vector<std::string> items;
  // White space beyond ASCII may come before the list after HEALTHCHECK's type,
  // and is part of the text if the list is none.
  switch (parseExecForm(unicode::trimLeft(raw.args[0].text), items)) {
  case ExecForm::NotJson:
    return true;
  case ExecForm::OtherThanStrings:
    return fail(diag::JsonNotStrings, raw.place(raw.args[0]));
  case ExecForm::Strings:
    break;
  }
  args.json = true;
  for (std::string &item : items)
    add(std::move(item), raw.args[0]);
  return true;
}

/// RUN, CMD, ENTRYPOINT, SHELL and what follows HEALTHCHECK's type.
bool ArgReader::readText() {
  if (raw.form == ArgsForm::None)
    return true;
  if (raw.form != ArgsForm::Text && !readExec())
    return false;
  if (!args.json)
    add(std::string(raw.args[0].text), raw.args[0]);
  return true;
}

/// ADD, COPY and VOLUME. A JSON list that fails is words after all.
bool ArgReader::readList() {
  if (raw.form == ArgsForm::Words || raw.form == ArgsForm::None) {
    for (const Word &word : raw.args)
      add(std::string(word.text), word);
    return true;
  }
  if (!readExec())
    return false;
  if (args.json)
    return true;
  std::string_view text = raw.args[0].text;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && !isBlank(text[end]))
      ++end;
    Word word{text.substr(i, end - i), raw.args[0].offset + i};
    add(std::string(word.text), word);
    while (end < text.size() && isBlank(text[end]))
      ++end;
    i = end;
  }
  return true;
}

/// `ENV name the value`: split once, without regard to quotes.
void ArgReader::readLegacyPair(size_t nameLength) {
  std::string_view text = raw.rest.text;
  size_t value = nameLength;
  while (value < text.size() && isBlank(text[value]))
    ++value;
  Pair pair;
  pair.value.key = text.substr(0, nameLength);
  pair.value.value = text.substr(value);
  pair.value.legacy = true;
  pair.range = raw.place(raw.rest);
  args.pairs.push_back(std::move(pair));
}

bool ArgReader::readPairs(ast::StmtKind instruction) {
  std::vector<Arg> words;
  for (const Word &word : raw.args) {
    std::string text = pairText(word.text, escape);
    if (!text.empty())
      words.push_back({std::move(text), raw.place(word)});
  }
  if (words.empty())
    return true;
  if (words[0].text.find('=') == std::string::npos) {
    std::string_view rest = raw.rest.text;
    size_t nameLength =
        std::find_if(rest.begin(), rest.end(), isBlank) - rest.begin();
    if (nameLength == rest.size())
      return fail(diag::NeedsTwoArguments, words[0].range,
                  ast::wordOf(instruction, vocabulary));
    readLegacyPair(nameLength);
    return true;
  }
  for (Arg &word : words) {
    size_t equal = word.text.find('=');
    if (equal == std::string::npos)
      return fail(diag::MissingEquals, word.range, go::quote(word.text));
    args.pairs.push_back(
        {{word.text.substr(0, equal), word.text.substr(equal + 1)},
         word.range});
  }
  return true;
}

void ArgReader::readDeclarations() {
  for (const Word &word : raw.args) {
    std::string text = pairText(word.text, escape);
    if (!text.empty())
      add(std::move(text), word);
  }
}

bool ArgReader::read() {
  const Head &head = raw.heads.back();
  if (!head.kind)
    return true;
  switch (*head.kind) {
  case ast::StmtKind::Healthcheck:
    if (raw.type)
      add(std::string(raw.type->text), *raw.type);
    return readText();
  case ast::StmtKind::Add:
  case ast::StmtKind::Copy:
  case ast::StmtKind::Volume:
  case ast::StmtKind::From:
  case ast::StmtKind::Expose:
    return readList();
  case ast::StmtKind::Env:
  case ast::StmtKind::Label:
    return readPairs(*raw.heads.back().kind);
  case ast::StmtKind::Arg:
    readDeclarations();
    return true;
  case ast::StmtKind::Cmd:
  case ast::StmtKind::Entrypoint:
  case ast::StmtKind::Run:
  case ast::StmtKind::Shell:
  case ast::StmtKind::Maintainer:
  case ast::StmtKind::Stopsignal:
  case ast::StmtKind::User:
  case ast::StmtKind::Workdir:
    return readText();
  case ast::StmtKind::Onbuild:
    return true;
  }
  return true;
}

} // namespace

bool readArgs(const RawStmt &raw, char escape, ast::Vocabulary words,
              Args &args, Diagnostic &error) {
  return ArgReader(raw, escape, words, args, error).read();
}

std::string flagText(std::string_view written, char escape) {
  std::string out;
  out.reserve(written.size());
  char quote = 0;
  for (size_t i = 0; i < written.size(); ++i) {
    char c = written[i];
    if (quote ? c == quote : c == '\'' || c == '"') {
      quote = quote ? 0 : c;
      continue;
    }
    if (c == escape) {
      if (++i == written.size())
        break;
      c = written[i];
    }
    unicode::append(out, static_cast<unsigned char>(c));
  }
  return out;
}

std::string pairText(std::string_view written, char escape) {
  bool ascii = std::all_of(written.begin(), written.end(),
                           [](unsigned char c) { return c < 0x80; });
  std::string text =
      ascii ? std::string(written) : unicode::toValidUtf8(written);
  if (!written.ends_with(escape))
    return text;
  // The last character counts as an escape unless it is escaped itself or is in
  // single quotes.
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == escape && quote != '\'') {
      if (++i == text.size())
        text.pop_back();
    } else if (quote) {
      if (c == quote)
        quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    }
  }
  return text;
}

} // namespace llb::frontend
