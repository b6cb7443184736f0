// SPDX-License-Identifier: Apache-2.0
//
// The pretty-printer under the text form: a tree of brackets and leaves, put
// on one line where it fits and on one line an item where it does not. Whether
// a group breaks depends on the group alone, so a change elsewhere never
// reflows it.
#ifndef LLB_IR_TEXTLAYOUT_H
#define LLB_IR_TEXTLAYOUT_H

#include <llvm/Support/raw_ostream.h>
#include <string>
#include <vector>

namespace llb::ir::text {

/// A leaf (`open` is 0), or `head open item, item close tail`.
struct Doc {
  std::string head;
  char open = 0;
  std::vector<Doc> items;
  std::string tail;

  Doc(std::string leaf) : head(std::move(leaf)) {}
  Doc(std::string head, char open) : head(std::move(head)), open(open) {}

  Doc(const char *leaf) : head(leaf) {}
  /// `head tail`, or `head { items } tail` if there are any.
  static Doc optional(const std::string &head, std::vector<Doc> items,
                      std::string tail);

  /// Columns on one line; counts bytes.
  size_t width() const;
};

/// Prints `doc` at a column `indent` deep, of which `used` columns of the line
/// are taken. A string literal too long for its line is continued after each
/// of its line feeds, as adjacent literals.
void layout(const Doc &doc, unsigned indent, size_t used,
            llvm::raw_ostream &out);

/// A string literal: UTF-8 stays, but control characters, invalid bytes and
/// code points that do not print are escaped byte by byte.
std::string quote(std::string_view text);

/// Whether `text` can stand as a bare word.
bool isWord(std::string_view text);

/// `base64 "…"`.
std::string base64Literal(std::string_view bytes);

} // namespace llb::ir::text

#endif
