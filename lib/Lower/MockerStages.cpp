// SPDX-License-Identifier: Apache-2.0
//
// Names, bases and the order of stages. Images may stand in any order: a stage
// can be built on one that is written below it, so stages are sorted by what
// they read. `from` is always an image of a registry and `parent` an image of
// the file if there is one of that name: a static `from` is written with its
// registry, which the name of no stage has.
#include "MockerStages.h"
#include "MockerChecks.h"
#include "MockerImage.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Reference.h"
#include "llb/Support/Suggest.h"
#include "llb/Support/Unicode.h"

namespace llb::lower {
namespace {

class StageWriter {
public:
  StageWriter(const ast::Mockerfile &file, const FrontendOptions &frontend,
              DiagEngine &diags)
      : scope{file, frontend, diags, {}, {}, {}}, file(file) {}

  llvm::FailureOr<MockerStages> run();

private:
  struct Image {
    const ast::MockerImage *source = nullptr;
    std::string name;
    /// Index of the image of the file that it is built on.
    std::optional<size_t> parent;
    /// The image that each item of `copy` reads: of the file, or a reference.
    std::vector<std::optional<size_t>> copyImages;
    std::vector<std::string> copySources;
  };

  void readArguments();
  void nameImages();
  void connect();
  std::string reference(const ast::MockerText &text) const;
  std::string copySource(const ast::MockerCopy &copy, Image &image);
  std::optional<size_t> find(const ast::MockerText &text) const;
  bool sort();
  void write(const Image &image);
  std::string base(const Image &image) const;
  void chooseTarget();

  MockerScope scope;
  const ast::Mockerfile &file;
  std::vector<Image> images;
  std::map<std::string, size_t> byName;
  std::vector<size_t> order;
  MockerStages result;
};

} // namespace

void StageWriter::readArguments() {
  const std::vector<std::string> &platform = mockerPlatformArgs();
  scope.knownArgs.insert(platform.begin(), platform.end());
  for (const ast::MockerPair &pair : file.args) {
    const std::string &name = pair.name.text;
    if (!isVariableName(name)) {
      scope.error(diag::MockerBadVariableName, pair.name, name);
      continue;
    }
    ast::ArgStmt arg;
    arg.word = "ARG";
    arg.range = pair.name.range;
    arg.lines = pair.name.lines;
    arg.original = "ARG " + name;
    std::optional<std::string> value;
    if (pair.value)
      value = scope.read(*pair.value).word();
    arg.args.push_back({name, std::move(value), {}});
    result.file.globalArgs.push_back(std::move(arg));
    bool always = scope.knownArgs.contains(name);
    if (!pair.value && !always && !scope.frontend.buildArgs.contains(name))
      scope.missingArgs.insert(name);
    scope.knownArgs.insert(name);
    scope.declaredArgs.push_back(name);
  }
}

void StageWriter::nameImages() {
  for (size_t i = 0; i < file.images.size(); ++i) {
    const ast::MockerImage &source = file.images[i];
    Image &image = images.emplace_back();
    image.source = &source;
    image.name = source.name.empty() ? fmt::format("image-{}", i + 1)
                                     : unicode::toLower(source.name.text);
    if (!source.name.empty() && !isMockerName(source.name.text))
      scope.error(diag::MockerBadName, source.name, source.name.text);
    auto [known, isNew] = byName.try_emplace(image.name, i);
    if (isNew)
      continue;
    const ast::MockerImage &other = *images[known->second].source;
    scope.diags
        .report(diag::MockerDuplicateName,
                source.name.given() ? source.name.range : source.range,
                image.name)
        .place(source.lines)
        .note(diag::MockerFirstImage,
              other.name.given() ? other.name.range : other.range, image.name);
  }
}

std::optional<size_t> StageWriter::find(const ast::MockerText &text) const {
  auto found = byName.find(unicode::toLower(text.text));
  if (found == byName.end())
    return std::nullopt;
  return found->second;
}

/// An image of a registry as FROM has it.
std::string StageWriter::reference(const ast::MockerText &text) const {
  // That it is missing was said.
  if (text.empty())
    return {};
  MockerTemplate name = scope.read(text);
  const std::string *constant = name.constant();
  if (!constant)
    return name.word();
  if (*constant == "scratch")
    return *constant;
  Reference ref;
  std::string error;
  if (!Reference::parseNormalized(*constant, ref, error)) {
    std::vector<std::string> names;
    for (const Image &image : images)
      names.push_back(image.name);
    scope.error(diag::MockerBadReference, text, *constant, error,
                didYouMean(*constant, names, false));
    return *constant;
  }
  ref.addDefaultTag();
  return ref.str();
}

std::string StageWriter::copySource(const ast::MockerCopy &copy, Image &image) {
  std::optional<size_t> &from = image.copyImages.emplace_back();
  if (copy.from.empty())
    return {};
  from = find(copy.from);
  if (from)
    return images[*from].name;
  if (copy.from.text.find("${") != std::string::npos) {
    scope.error(diag::MockerVariableInFrom, copy.from);
    return {};
  }
  return reference(copy.from);
}

void StageWriter::connect() {
  for (Image &image : images) {
    const ast::MockerImage &source = *image.source;
    if (!source.from.empty() && !source.parent.empty())
      scope.error(diag::MockerFromAndParent, source.parent);
    else if (source.from.empty() && source.parent.empty())
      scope.error(diag::MockerMissing,
                  source.from.given()
                      ? static_cast<const ast::MockerPlace &>(source.from)
                      : source,
                  "an image has no 'from'",
                  "the image that it is built on, or 'scratch'");
    if (!source.parent.empty())
      image.parent = find(source.parent);
    for (const ast::MockerCopy &copy : source.copy)
      image.copySources.push_back(copySource(copy, image));
  }
}

/// Fills `order`; false if images read each other in a circle.
bool StageWriter::sort() {
  enum class State { New, Open, Done };
  std::vector<State> states(images.size(), State::New);
  // Image and how many of its sources were looked at.
  std::vector<std::pair<size_t, size_t>> path;
  for (size_t start = 0; start < images.size(); ++start) {
    if (states[start] == State::New)
      path.push_back({start, 0});
    while (!path.empty()) {
      auto &[at, next] = path.back();
      const Image &image = images[at];
      states[at] = State::Open;
      std::optional<size_t> source;
      if (next == 0)
        source = image.parent;
      else if (next <= image.copyImages.size())
        source = image.copyImages[next - 1];
      else {
        states[at] = State::Done;
        order.push_back(at);
        path.pop_back();
        continue;
      }
      const ast::MockerText &place =
          next == 0 ? image.source->parent : image.source->copy[next - 1].from;
      ++next;
      if (!source)
        continue;
      if (states[*source] == State::Open) {
        scope.error(diag::MockerCircle, place, image.name,
                    images[*source].name);
        return false;
      }
      if (states[*source] == State::New)
        path.push_back({*source, 0});
    }
  }
  return true;
}

std::string StageWriter::base(const Image &image) const {
  if (image.parent)
    return images[*image.parent].name;
  const ast::MockerImage &source = *image.source;
  return reference(source.parent.empty() ? source.from : source.parent);
}

void StageWriter::write(const Image &image) {
  const ast::MockerImage &source = *image.source;
  auto makeStage = [&](std::string name, std::string from) {
    ast::Stage stage;
    const ast::MockerText &text =
        source.parent.empty() ? source.from : source.parent;
    stage.from.word = "FROM";
    stage.from.original = "FROM " + from + " AS " + name;
    stage.from.range = text.range;
    stage.from.lines = text.lines;
    stage.from.base = std::move(from);
    stage.from.nameAsWritten = name;
    stage.from.name = std::move(name);
    return stage;
  };

  std::string name = image.name;
  if (!source.output.empty()) {
    name += ".build";
    while (byName.contains(name))
      name += "_";
    result.hidden[image.name] = name;
  }
  ast::Stage stage = makeStage(name, base(image));
  std::optional<MockerPackageTexts> package;
  addMockerStatements(scope, source, image.name, image.copySources, stage,
                      package);
  if (package)
    result.packages.emplace(name, std::move(*package));
  if (!source.output.empty()) {
    ast::Stage outer = makeStage(image.name, "scratch");
    addMockerOutput(scope, source, stage, outer);
    result.file.stages.push_back(std::move(stage));
    stage = std::move(outer);
  }
  addMockerConfig(scope, source, stage);
  result.file.stages.push_back(std::move(stage));
}

void StageWriter::chooseTarget() {
  const std::string &asked = scope.frontend.target;
  result.target = images.front().name;
  if (asked.empty())
    return;
  result.target = unicode::toLower(asked);
  if (byName.contains(result.target))
    return;
  std::vector<std::string> names;
  std::string list;
  for (const Image &image : images) {
    names.push_back(image.name);
    list += (list.empty() ? "" : ", ") + image.name;
  }
  scope.diags.report(diag::MockerNoTarget, {}, asked,
                     didYouMean(asked, names, false), list);
}

llvm::FailureOr<MockerStages> StageWriter::run() {
  unsigned errors = scope.diags.errorCount();
  result.file.filename = file.filename;
  result.file.text = file.text;
  readArguments();
  nameImages();
  chooseTarget();
  connect();
  if (sort())
    for (size_t index : order)
      write(images[index]);
  if (scope.diags.errorCount() != errors)
    return llvm::failure();
  return std::move(result);
}

llvm::FailureOr<MockerStages> makeMockerStages(const ast::Mockerfile &file,
                                               const FrontendOptions &frontend,
                                               DiagEngine &diags) {
  return StageWriter(file, frontend, diags).run();
}

} // namespace llb::lower
