// SPDX-License-Identifier: Apache-2.0
//
// Kinds of files go by their names, as in the original, but for every kind that
// BuildKit unpacks.
#include "MockerChecks.h"
#include "llb/Support/Digest.h"
#include "llb/Support/GitRef.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Unicode.h"

#include <llvm/ADT/StringExtras.h>

namespace llb::lower {

llvm::LogicalResult checkMockerUrl(std::string_view url,
                                   const ast::MockerText &place,
                                   DiagEngine &diags) {
  auto fail = [&](DiagId id) {
    diags.report(id, place.range, url).place(place.lines);
    return llvm::failure();
  };
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return fail(diag::MockerBadUrl);
  GitRef ref;
  std::string error;
  if (GitRef::parse(url, ref, error) != GitRef::Kind::NotGit)
    return fail(diag::MockerGitUrl);
  return llvm::success();
}

MockerFileKind mockerFileKind(std::string_view url) {
  static constexpr std::string_view unpacked[] = {
      ".tar",  ".tar.gz", ".tgz", ".tar.bz2", ".tbz",
      ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"};
  static constexpr std::string_view others[] = {
      ".zip", ".7z", ".rar", ".tar.lz", ".tar.lzma", ".tar.lz4", ".tar.z"};
  std::string name = unicode::toLower(url.substr(0, url.find_first_of("?#")));
  for (std::string_view extension : unpacked)
    if (name.ends_with(extension))
      return MockerFileKind::Archive;
  for (std::string_view extension : others)
    if (name.ends_with(extension))
      return MockerFileKind::OtherArchive;
  return MockerFileKind::Plain;
}

std::string mockerRepoFault(const MockerTemplate &line) {
  std::string_view text =
      line.constant() ? std::string_view(*line.constant()) : line.prefix();
  if (text.find_first_of("\n\r") != std::string_view::npos)
    return "it has several lines";
  if (text.find("$(") != std::string_view::npos ||
      text.find('`') != std::string_view::npos)
    return "no shell runs it, so '$(...)' stays as it is; use an argument, "
           "${NAME}";
  if (!text.starts_with("deb ") && !text.starts_with("deb-src "))
    return "it starts with neither 'deb ' nor 'deb-src '";
  return {};
}

bool isAptPackage(std::string_view text) {
  if (text.empty() || !llvm::isAlnum(text.front()))
    return false;
  for (char c : text)
    if (!llvm::isAlnum(c) &&
        std::string_view("+-.:=~/_*").find(c) == std::string_view::npos)
      return false;
  return true;
}

std::optional<std::string> mockerChecksum(std::string_view text) {
  std::string digest = unicode::toLower(text);
  if (!digest.starts_with("sha256:"))
    digest.insert(0, "sha256:");
  if (!Digest::parse(digest))
    return std::nullopt;
  return digest;
}

bool isMockerName(std::string_view name) {
  if (name.empty() || !llvm::isAlpha(name.front()) ||
      unicode::equalFold(name, "scratch"))
    return false;
  for (char c : name)
    if (!llvm::isAlnum(c) && c != '-' && c != '_' && c != '.')
      return false;
  return true;
}

} // namespace llb::lower
