// SPDX-License-Identifier: Apache-2.0
//
// A Mockerfile as a tree: what docs/Mockerfile.md calls arguments, images,
// packages, downloads and copies, each value with its place. Texts are as they
// are written: variables are the lowering's concern, since not every text has
// them. A file with errors still has a tree, holding what could be read.
#ifndef LLB_AST_MOCKERFILE_H
#define LLB_AST_MOCKERFILE_H

#include "llb/AST/Field.h"
#include "llb/Support/DiagEngine.h"

#include <optional>
#include <string>
#include <vector>

namespace llb::ast {

/// Where something stands in the YAML.
struct MockerPlace {
  llvm::SMRange range;
  LineRange lines;
};

/// A scalar. An absent one has no place.
struct MockerText : MockerPlace {
  std::string text;

  bool given() const { return lines.first != 0; }
  bool empty() const { return text.empty(); }
};

/// `name: value` of `args`, `env` or `labels`.
struct MockerPair {
  MockerText name;
  /// Nothing for `name:` without a value.
  std::optional<MockerText> value;

  static constexpr auto fields() {
    return std::tuple(field("name", &MockerPair::name),
                      field("value", &MockerPair::value));
  }
};

/// A key that signs a package repository.
struct MockerKey : MockerPlace {
  MockerText url;
  MockerText sha256;

  static constexpr auto fields() {
    return std::tuple(field("url", &MockerKey::url),
                      field("sha256", &MockerKey::sha256));
  }
};

/// apt packages, and where they come from.
struct MockerPackage : MockerPlace {
  std::vector<MockerText> repo;
  std::vector<MockerKey> gpg;
  std::vector<MockerText> install;

  static constexpr auto fields() {
    return std::tuple(field("repo", &MockerPackage::repo),
                      field("gpg", &MockerPackage::gpg),
                      field("install", &MockerPackage::install));
  }
};

/// A download.
struct MockerExternal : MockerPlace {
  MockerText src;
  MockerText dst;
  MockerText sha256;
  /// Octal; of a single file.
  MockerText mode;
  /// Whether it is an archive to be taken apart; else its name tells.
  std::optional<bool> unpack;
  std::vector<MockerText> install;

  static constexpr auto fields() {
    return std::tuple(field("src", &MockerExternal::src),
                      field("dst", &MockerExternal::dst),
                      field("sha256", &MockerExternal::sha256),
                      field("mode", &MockerExternal::mode),
                      field("unpack", &MockerExternal::unpack),
                      field("install", &MockerExternal::install));
  }
};

/// Files from the build context or from another image.
struct MockerCopy : MockerPlace {
  MockerText from;
  std::vector<MockerText> src;
  MockerText dst;
  MockerText owner;
  MockerText mode;

  static constexpr auto fields() {
    return std::tuple(
        field("from", &MockerCopy::from), field("src", &MockerCopy::src),
        field("dst", &MockerCopy::dst), field("owner", &MockerCopy::owner),
        field("mode", &MockerCopy::mode));
  }
};

struct MockerImage : MockerPlace {
  MockerText name;
  MockerText from;
  MockerText parent;
  std::vector<MockerPair> env;
  std::optional<MockerPackage> package;
  MockerText workdir;
  std::vector<MockerExternal> external;
  std::vector<MockerCopy> copy;
  std::vector<MockerText> steps;
  std::vector<MockerText> output;
  MockerText user;
  std::vector<MockerPair> labels;
  std::vector<MockerText> ports;
  std::vector<MockerText> entrypoint;
  std::vector<MockerText> cmd;

  static constexpr auto fields() {
    return std::tuple(
        field("name", &MockerImage::name), field("from", &MockerImage::from),
        field("parent", &MockerImage::parent), field("env", &MockerImage::env),
        field("package", &MockerImage::package),
        field("workdir", &MockerImage::workdir),
        field("external", &MockerImage::external),
        field("copy", &MockerImage::copy), field("steps", &MockerImage::steps),
        field("output", &MockerImage::output),
        field("user", &MockerImage::user),
        field("labels", &MockerImage::labels),
        field("ports", &MockerImage::ports),
        field("entrypoint", &MockerImage::entrypoint),
        field("cmd", &MockerImage::cmd));
  }
};

struct Mockerfile {
  /// The name shown to people and written to the source map.
  std::string filename;
  /// The whole text; owned by the SourceMgr.
  std::string_view text;
  MockerText apiVersion;
  std::vector<MockerPair> args;
  std::vector<MockerImage> images;
  /// Whether there was no error at all.
  bool sound = true;

  static constexpr auto fields() {
    return std::tuple(field("apiVersion", &Mockerfile::apiVersion),
                      field("args", &Mockerfile::args),
                      field("images", &Mockerfile::images));
  }
};

} // namespace llb::ast

#endif
