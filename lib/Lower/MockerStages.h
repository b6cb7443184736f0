// SPDX-License-Identifier: Apache-2.0
//
// A Mockerfile in the terms of Docker's statements. What a Mockerfile says is
// what a Dockerfile could say at more length, so it is said with the same
// statements and lowered by the same code: bases, arguments, platforms,
// history, step names and places come with it. Only the files of a `package`
// block have no statement; MockerPackage.h makes them.
#ifndef LLB_LOWER_MOCKERSTAGES_H
#define LLB_LOWER_MOCKERSTAGES_H

#include "FrontendOptions.h"
#include "MockerTemplate.h"

namespace llb::lower {

/// Words of statements, as steps are called in progress and in messages.
inline constexpr const char *mockerPackageWord = "PACKAGE";
inline constexpr const char *mockerExternalWord = "EXTERNAL";

/// The texts of a `package` block, read.
struct MockerPackageTexts {
  struct Key {
    const ast::MockerKey *source;
    MockerTemplate url;
    MockerTemplate sha256;
  };
  struct Repo {
    const ast::MockerText *source;
    MockerTemplate line;
  };
  const ast::MockerPackage *source = nullptr;
  /// Part of the names of files in /etc/apt.
  std::string imageName;
  std::vector<Key> keys;
  std::vector<Repo> repos;
  std::vector<MockerTemplate> install;
};

struct MockerStages {
  /// In an order in which every stage stands after those it reads.
  ast::BuildFile file;
  /// By the name of the stage that has the block.
  std::map<std::string, MockerPackageTexts> packages;
  /// The stage to build.
  std::string target;
  /// Stages that an image with `output` has on top of its own, by its name.
  std::map<std::string, std::string> hidden;
};

/// Fails after every fault of the file was reported.
llvm::FailureOr<MockerStages> makeMockerStages(const ast::Mockerfile &file,
                                               const FrontendOptions &frontend,
                                               DiagEngine &diags);

} // namespace llb::lower

#endif
