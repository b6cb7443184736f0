// SPDX-License-Identifier: Apache-2.0
//
// Prints the first part of a statement, everything but its trailers.
#ifndef LLB_IR_TEXTOPS_H
#define LLB_IR_TEXTOPS_H

#include "TextMessage.h"

namespace llb::ir::text {

class OpPrinter {
public:
  /// `head` is what stands before the operands; `encoded` the clause for an
  /// operation with bytes of its own, or empty.
  OpPrinter(const Op &op, const std::vector<std::string> &names,
            std::string head, std::string encoded, llvm::raw_ostream &out);

  void print();

private:
  std::string clauses() const;
  /// Prints everything before the body. Bodies are made first: what they name
  /// decides whether the inputs must be listed.
  void begin(const Doc &operands);
  void printLines(const std::vector<Doc> &lines);
  template <class Message> void printGeneric(const Message &message) {
    Doc body = messages.group(" ", message);
    begin(Doc(""));
    layout(body, 0, head.size(), out);
  }
  Doc mount(const Mount &mount);
  Doc action(const FileAction &action, int64_t usualInput, int64_t usualOutput);

  void printBody(const std::monostate &);
  void printBody(const Exec &exec);
  void printBody(const Source &source);
  void printBody(const File &file);
  void printBody(const Merge &merge);
  void printBody(const Diff &diff);
  void printBody(const Passthrough &pass);
  /// An operation without a notation of its own.
  template <class Body> void printBody(const Body &body) { printGeneric(body); }

  const Op &op;
  std::string head;
  std::string encoded;
  llvm::raw_ostream &out;
  RefPrinter refs;
  MessagePrinter messages;
};

} // namespace llb::ir::text

#endif
