// SPDX-License-Identifier: Apache-2.0
//
// `--help` on one screen: a line an option, by groups, where LLVM's own help
// gives a line to each value as well.
#ifndef LLB_DRIVER_HELP_H
#define LLB_DRIVER_HELP_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/CommandLine.h>

namespace llb::driver {

struct HelpGroup {
  const llvm::cl::OptionCategory *category;
  /// Only the names: the options mean what they mean elsewhere.
  bool namesOnly = false;
};

/// Whether the command line asks for help.
bool wantsHelp(int argc, const char *const *argv);

/// Prints `usage`, `overview` and the options that are registered in `groups`,
/// by name, under the names of their categories.
void printHelp(std::string_view usage, std::string_view overview,
               llvm::ArrayRef<HelpGroup> groups, llvm::raw_ostream &out);

} // namespace llb::driver

#endif
