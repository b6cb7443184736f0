// SPDX-License-Identifier: Apache-2.0
//
// One image of a Mockerfile as statements.
#ifndef LLB_LOWER_MOCKERIMAGE_H
#define LLB_LOWER_MOCKERIMAGE_H

#include "MockerStages.h"
#include "llb/Support/DiagEngine.h"

#include <set>

namespace llb::lower {

/// What images have in common while they are turned into statements.
struct MockerScope {
  const ast::Mockerfile &file;
  const FrontendOptions &frontend;
  DiagEngine &diags;
  /// Declared arguments and those that are always there.
  std::set<std::string> knownArgs;
  /// Declared arguments, in order.
  std::vector<std::string> declaredArgs;
  /// Declared arguments that have neither a default nor a value.
  std::set<std::string> missingArgs;

  template <class... Args>
  void error(DiagId id, const ast::MockerPlace &place,
             const Args &...args) const {
    diags.report(id, place.range, args...).place(place.lines);
  }
  /// Reads a text with variables; reports what is wrong and then takes the text
  /// as it is.
  MockerTemplate read(const ast::MockerText &text) const;
};

/// The arguments that lowering defines (BUILDARCH, TARGETPLATFORM and so on).
const std::vector<std::string> &mockerPlatformArgs();

/// Adds the statements of `image`, but for FROM, to `stage`. `package` gets the
/// block, if there is one. `copySources` are the stages or images that items of
/// `copy` read, one each.
void addMockerStatements(const MockerScope &scope,
                         const ast::MockerImage &image, const std::string &name,
                         const std::vector<std::string> &copySources,
                         ast::Stage &stage,
                         std::optional<MockerPackageTexts> &package);

/// The statements that copy `output` out of the stage `inner`.
void addMockerOutput(const MockerScope &scope, const ast::MockerImage &image,
                     const ast::Stage &inner, ast::Stage &stage);

/// The statements that change nothing but the image's config.
void addMockerConfig(const MockerScope &scope, const ast::MockerImage &image,
                     ast::Stage &stage);

} // namespace llb::lower

#endif
