// SPDX-License-Identifier: Apache-2.0
//
// Layout and literals. Literals here must stay exactly what TextLexer.cpp
// reads back.
#include "TextLayout.h"

#include "llb/Support/Unicode.h"

#include <llvm/Support/Base64.h>

namespace llb::ir::text {
namespace {

constexpr size_t maxColumns = 100;
constexpr char hexDigits[] = "0123456789abcdef";

char closing(char open) { return open == '[' ? ']' : '}'; }

/// `{ a, b }` has spaces inside, `[a, b]` and `{}` have none.
size_t padding(const Doc &doc) {
  return doc.open == '{' && !doc.items.empty() ? 2 : 0;
}

void printFlat(const Doc &doc, llvm::raw_ostream &out) {
  out << doc.head;
  if (doc.open) {
    out << doc.open << (padding(doc) ? " " : "");
    for (size_t i = 0; i < doc.items.size(); ++i) {
      if (i)
        out << ", ";
      printFlat(doc.items[i], out);
    }
    out << (padding(doc) ? " " : "") << closing(doc.open);
  }
  out << doc.tail;
}

/// Prints a leaf whose literal may be continued on further lines.
void printLeaf(const std::string &leaf, unsigned indent,
               llvm::raw_ostream &out) {
  bool inside = false;
  size_t done = 0;
  for (size_t i = 0; i < leaf.size(); ++i) {
    if (leaf[i] == '"')
      inside = !inside;
    if (!inside || leaf[i] != '\\')
      continue;
    ++i;
    if (leaf[i] != 'n' || leaf[i + 1] == '"')
      continue;
    out << std::string_view(leaf).substr(done, i + 1 - done) << "\"\n";
    out.indent(indent) << '"';
    done = i + 1;
  }
  out << std::string_view(leaf).substr(done);
}

} // namespace

Doc Doc::optional(const std::string &head, std::vector<Doc> items,
                  std::string tail) {
  if (items.empty())
    return Doc(head + tail);
  Doc doc(head + " ", '{');
  doc.items = std::move(items);
  doc.tail = std::move(tail);
  return doc;
}

size_t Doc::width() const {
  size_t total = head.size() + tail.size();
  if (!open)
    return total;
  total += 2 + padding(*this);
  for (const Doc &item : items)
    total += item.width() + 2;
  return total;
}

void layout(const Doc &doc, unsigned indent, size_t used,
            llvm::raw_ostream &out) {
  if (used + doc.width() <= maxColumns || (doc.open && doc.items.empty())) {
    printFlat(doc, out);
    return;
  }
  if (!doc.open) {
    printLeaf(doc.head + doc.tail, indent + 2, out);
    return;
  }
  out << doc.head << doc.open << '\n';
  for (size_t i = 0; i < doc.items.size(); ++i) {
    out.indent(indent + 2);
    layout(doc.items[i], indent + 2, indent + 2, out);
    out << (i + 1 < doc.items.size() ? ",\n" : "\n");
  }
  out.indent(indent) << closing(doc.open) << doc.tail;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    unsigned char first = text.front();
    if (first >= 0x20 && first < 0x7f && first != '"' && first != '\\') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    unicode::Decoded rune = unicode::decode(text);
    std::string_view bytes = text.substr(0, rune.length);
    text.remove_prefix(rune.length);
    if (first == '"' || first == '\\')
      (out += '\\') += first;
    else if (first == '\n')
      out += "\\n";
    else if (first == '\t')
      out += "\\t";
    else if (first == '\r')
      out += "\\r";
    else if (rune.valid && first >= 0x80 && unicode::isPrint(rune.rune))
      out += bytes;
    else
      for (unsigned char byte : bytes)
        ((out += "\\x") += hexDigits[byte >> 4]) += hexDigits[byte & 15];
  }
  return out += '"';
}

bool isWord(std::string_view text) {
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (text.empty() || !letter(text.front()))
    return false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool arrow = c == '-' && i + 1 < text.size() && text[i + 1] == '>';
    bool dots = c == '.' && i + 1 < text.size() && text[i + 1] == '.';
    bool digit = c >= '0' && c <= '9';
    if (arrow || dots || !(letter(c) || digit || c == '.' || c == '-'))
      return false;
  }
  return text.back() != '.';
}

std::string base64Literal(std::string_view bytes) {
  return "base64 \"" + llvm::encodeBase64(bytes) + "\"";
}

} // namespace llb::ir::text
