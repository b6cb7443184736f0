// SPDX-License-Identifier: Apache-2.0
//
// What an image loads from elsewhere: `external` becomes ADD and, for its
// commands, RUN; `package` becomes one RUN.
#include "MockerChecks.h"
#include "MockerImageWriter.h"
#include "MockerPackage.h"

#include "llb/Support/LowerDiags.h"

namespace llb::lower {

// ---- downloads ----

void ImageWriter::warnOfDownload(const MockerTemplate &url,
                                 const ast::MockerText &src,
                                 const ast::MockerText &sum) const {
  if (url.prefix().starts_with("http://"))
    scope.error(diag::MockerInsecureUrl, src, src.text);
  if (sum.empty())
    scope.error(diag::MockerNoChecksum, src, src.text);
}

/// The digest that a download must have, empty without one.
MockerTemplate ImageWriter::checksum(const ast::MockerText &text) {
  if (text.empty())
    return {};
  MockerTemplate result = use(text);
  if (const std::string *constant = result.constant()) {
    std::optional<std::string> digest = mockerChecksum(*constant);
    if (!digest)
      scope.error(diag::MockerBadChecksum, text, *constant);
    return MockerTemplate::literal(digest.value_or(""));
  }
  if (result.prefix().starts_with("sha256:"))
    return result;
  ast::MockerText prefixed = text;
  prefixed.text.insert(0, "sha256:");
  return scope.read(prefixed);
}

void ImageWriter::external(const ast::MockerExternal &item) {
  bool good = need(item.src, item, "a download has no 'src'",
                   "the URL to load it from");
  good &=
      need(item.dst, item, "a download has no 'dst'", "the path to put it at");
  good &= needAll(item.install, "'install'");
  if (!good)
    return;
  MockerTemplate url = use(item.src);
  std::string dest = word(item.dst);
  if (const std::string *constant = url.constant())
    if (llvm::failed(checkMockerUrl(*constant, item.src, scope.diags)))
      return;
  warnOfDownload(url, item.src, item.sha256);

  MockerFileKind kind = mockerFileKind(item.src.text);
  bool unpack = item.unpack.value_or(kind == MockerFileKind::Archive);
  if (kind == MockerFileKind::OtherArchive && !item.unpack &&
      item.install.empty())
    scope.error(diag::MockerNotUnpacked, item.src, item.src.text);
  if (unpack && item.mode.given())
    scope.error(diag::MockerModeOfArchive, item.mode);

  auto add =
      make<ast::AddStmt>(mockerExternalWord, item, url.word() + " " + dest);
  add.sources = {url.word()};
  add.dest = std::move(dest);
  add.checksum = checksum(item.sha256).word();
  if (unpack)
    add.unpack = true;
  else
    add.chmod = modeOf(item.mode, "0755");
  stage.stmts.push_back(std::move(add));

  if (item.install.empty())
    return;
  std::string command = item.install.front().text;
  std::string shown = firstLine(command);
  if (item.install.size() > 1) {
    shown = command.substr(0, command.find('\n')) + "...";
    // Not joined by `&&`: a comment would take the rest of the commands away.
    command = "set -e";
    for (const ast::MockerText &text : item.install)
      command += "\n" + text.text;
  }
  ast::MockerPlace place = item.install.front();
  place.lines.last = item.install.back().lines.last;
  if (place.lines.last < place.lines.first)
    place.lines.last = place.lines.first;
  run("INSTALL", place, std::move(command), shown);
}

void ImageWriter::externals() {
  for (const ast::MockerExternal &item : image.external)
    external(item);
}

// ---- packages ----

void ImageWriter::package(const std::string &name,
                          std::optional<MockerPackageTexts> &result) {
  if (!image.package)
    return;
  const ast::MockerPackage &block = *image.package;
  bool good = needAll(block.install, "'install'");
  good &= needAll(block.repo, "'repo'");
  MockerPackageTexts texts;
  texts.source = &block;
  texts.imageName = name;
  for (const ast::MockerText &text : block.repo) {
    MockerTemplate line = use(text);
    std::string fault = mockerRepoFault(line);
    if (!text.empty() && !fault.empty())
      scope.error(diag::MockerBadRepo, text, fault);
    texts.repos.push_back({&text, std::move(line)});
  }
  for (const ast::MockerKey &key : block.gpg) {
    if (!need(key.url, key, "a key has no 'url'", "the URL to load it from"))
      continue;
    MockerTemplate url = use(key.url);
    if (const std::string *constant = url.constant())
      if (llvm::failed(checkMockerUrl(*constant, key.url, scope.diags)))
        continue;
    warnOfDownload(url, key.url, key.sha256);
    texts.keys.push_back({&key, std::move(url), checksum(key.sha256)});
  }
  for (const ast::MockerText &text : block.install) {
    MockerTemplate item = use(text);
    if (item.constant() && !text.empty() && !isAptPackage(*item.constant()))
      scope.error(diag::MockerBadPackage, text, text.text);
    texts.install.push_back(std::move(item));
  }
  if (!good ||
      (texts.repos.empty() && texts.keys.empty() && texts.install.empty()))
    return;
  stage.stmts.push_back(makePackageRun(texts));
  result = std::move(texts);
}

} // namespace llb::lower
