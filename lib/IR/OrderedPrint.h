// SPDX-License-Identifier: Apache-2.0
//
// Prints many items on all processors, in their order. What is printed does not
// depend on the number of threads; only a few pieces of it are in memory at a
// time.
#ifndef LLB_IR_ORDEREDPRINT_H
#define LLB_IR_ORDEREDPRINT_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/Support/raw_ostream.h>
#include <string>
#include <vector>

namespace llb::ir {

/// Calls `print` for each piece of a row of items: the first are those up to
/// `ends[0]`, the next those up to `ends[1]`. It appends the text of `begin` up
/// to `end` to `text`, and must bear to be called for several pieces at the
/// same time.
void printInOrder(
    llvm::ArrayRef<size_t> ends,
    llvm::function_ref<void(size_t begin, size_t end, std::string &text)> print,
    llvm::raw_ostream &out);

/// The ends of pieces of `count` items, where `size(i)` is the size of one. A
/// piece is worth a thread's while, and its text no more than an item's beyond
/// what a thread should hold.
std::vector<size_t> piecesOf(size_t count,
                             llvm::function_ref<size_t(size_t)> size);

} // namespace llb::ir

#endif
