// SPDX-License-Identifier: Apache-2.0
//
// Appends the statements of an image to a stage, a method for each of its keys.
#ifndef LLB_LOWER_MOCKERIMAGEWRITER_H
#define LLB_LOWER_MOCKERIMAGEWRITER_H

#include "MockerImage.h"

namespace llb::lower {

/// The first line of a text, with dots if there are more.
std::string firstLine(std::string_view text);

class ImageWriter {
public:
  ImageWriter(const MockerScope &scope, const ast::MockerImage &image,
              ast::Stage &stage)
      : scope(scope), image(image), stage(stage) {}

  void environment();
  void package(const std::string &name,
               std::optional<MockerPackageTexts> &result);
  void workdir();
  void externals();
  void copies(const std::vector<std::string> &sources);
  void steps();
  void output(const std::string &inner);
  void config();

private:
  template <class Stmt>
  Stmt make(const char *word, const ast::MockerPlace &place,
            const std::string &original) const {
    Stmt result;
    result.word = word;
    result.range = place.range;
    result.lines = place.lines;
    result.original = word;
    if (!original.empty())
      result.original += " " + original;
    return result;
  }
  /// Declares arguments, once each.
  void declare(const std::vector<std::string> &names,
               const ast::MockerPlace &place);
  /// What processes see: all that the file declares.
  void declareAll(const ast::MockerPlace &place) {
    declare(scope.declaredArgs, place);
  }
  /// A text with its arguments declared.
  MockerTemplate use(const ast::MockerText &text);
  std::string word(const ast::MockerText &text) { return use(text).word(); }
  /// Reports an absent or empty text; `what` is `'src' of a download`.
  bool need(const ast::MockerText &text, const ast::MockerPlace &owner,
            const char *what, const char *remedy) const;
  bool needAll(const std::vector<ast::MockerText> &texts,
               const char *what) const;
  void warnOfDownload(const MockerTemplate &url, const ast::MockerText &src,
                      const ast::MockerText &sum) const;
  MockerTemplate checksum(const ast::MockerText &text);
  void external(const ast::MockerExternal &item);
  std::string modeOf(const ast::MockerText &mode, std::string fallback) const;
  /// `shown` is what the step is called after.
  void run(const char *name, const ast::MockerPlace &place, std::string command,
           const std::string &shown);

  const MockerScope &scope;
  const ast::MockerImage &image;
  ast::Stage &stage;
  std::set<std::string> declared;
};

} // namespace llb::lower

#endif
