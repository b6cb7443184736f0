// SPDX-License-Identifier: Apache-2.0
//
// The keys of a Mockerfile, and `--emit=tokens`. docs/mockerfile.schema.json
// lists the same keys for editors; a test holds the two together.
#include "../Frontends.h"
#include "Reader.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/GoText.h"

namespace llb::frontend {

namespace {

using namespace mockerfile;

/// More than any file that people write; yaml-cpp takes some 50 bytes a byte.
constexpr size_t maxBytes = size_t(16) << 20;

class FileReader {
public:
  FileReader(Reader &reader) : in(reader) {}

  void file(const YamlNode &node, ast::Mockerfile &out) {
    in.mapping(node, "the Mockerfile",
               {text("apiVersion", out.apiVersion),
                pairs("args", out.args),
                {"images", [&](const YamlNode &value) {
                   out.images.clear();
                   in.list(value, "'images'", [&](const YamlNode &item) {
                     image(item, out.images.emplace_back());
                   });
                 }}});
  }

private:
  using Key = Reader::Key;

  static std::string quoted(std::string_view name) {
    return "'" + std::string(name) + "'";
  }
  Key text(std::string_view name, ast::MockerText &out) {
    return {name, [this, name, &out](const YamlNode &value) {
              in.text(value, quoted(name), out);
            }};
  }
  Key texts(std::string_view name, std::vector<ast::MockerText> &out) {
    return {name, [this, name, &out](const YamlNode &value) {
              in.texts(value, quoted(name), out);
            }};
  }
  Key pairs(std::string_view name, std::vector<ast::MockerPair> &out) {
    return {name, [this, name, &out](const YamlNode &value) {
              in.pairs(value, quoted(name), out);
            }};
  }

  void image(const YamlNode &node, ast::MockerImage &out) {
    static_cast<ast::MockerPlace &>(out) = placeOf(node);
    in.mapping(node, "an image",
               {text("name", out.name),
                text("from", out.from),
                text("parent", out.parent),
                pairs("env", out.env),
                {"package",
                 [&](const YamlNode &value) {
                   if (!out.package)
                     out.package.emplace();
                   package(value, *out.package);
                 }},
                text("workdir", out.workdir),
                {"external",
                 [&](const YamlNode &value) {
                   out.external.clear();
                   in.list(value, "'external'", [&](const YamlNode &item) {
                     external(item, out.external.emplace_back());
                   });
                 }},
                {"copy",
                 [&](const YamlNode &value) {
                   out.copy.clear();
                   in.list(value, "'copy'", [&](const YamlNode &item) {
                     copy(item, out.copy.emplace_back());
                   });
                 }},
                texts("steps", out.steps),
                texts("output", out.output),
                text("user", out.user),
                pairs("labels", out.labels),
                texts("ports", out.ports),
                texts("entrypoint", out.entrypoint),
                texts("cmd", out.cmd)});
  }

  void package(const YamlNode &node, ast::MockerPackage &out) {
    static_cast<ast::MockerPlace &>(out) = placeOf(node);
    in.mapping(node, "'package'",
               {texts("repo", out.repo),
                {"gpg",
                 [&](const YamlNode &value) {
                   out.gpg.clear();
                   in.list(value, "'gpg'", [&](const YamlNode &item) {
                     key(item, out.gpg.emplace_back());
                   });
                 }},
                texts("install", out.install)});
  }

  /// A key is a URL, or a URL with a checksum.
  void key(const YamlNode &node, ast::MockerKey &out) {
    static_cast<ast::MockerPlace &>(out) = placeOf(node);
    if (node.kind == YamlNode::Kind::Mapping)
      in.mapping(node, "an item of 'gpg'",
                 {text("url", out.url), text("sha256", out.sha256)});
    else
      in.text(node, "an item of 'gpg'", out.url);
  }

  void external(const YamlNode &node, ast::MockerExternal &out) {
    static_cast<ast::MockerPlace &>(out) = placeOf(node);
    in.mapping(node, "an item of 'external'",
               {text("src", out.src),
                text("dst", out.dst),
                text("sha256", out.sha256),
                text("mode", out.mode),
                {"unpack",
                 [&](const YamlNode &value) {
                   in.flag(value, "'unpack'", out.unpack);
                 }},
                texts("install", out.install)});
  }

  void copy(const YamlNode &node, ast::MockerCopy &out) {
    static_cast<ast::MockerPlace &>(out) = placeOf(node);
    in.mapping(node, "an item of 'copy'",
               {text("from", out.from),
                {"src",
                 [&](const YamlNode &value) {
                   if (value.kind == YamlNode::Kind::Sequence)
                     return in.texts(value, "'src'", out.src);
                   out.src.clear();
                   in.text(value, "'src'", out.src.emplace_back());
                 }},
                text("dst", out.dst),
                text("owner", out.owner),
                text("mode", out.mode)});
  }

  Reader &in;
};

bool isTooLarge(std::string_view text, DiagEngine &diags) {
  if (text.size() <= maxBytes)
    return false;
  diags.report(diag::MockerFileTooLarge, {}, text.size(), maxBytes);
  return true;
}

} // namespace

llvm::LogicalResult parseMockerfile(std::string_view text,
                                    std::string_view filename,
                                    const ParseOptions &options,
                                    ast::Mockerfile &result,
                                    DiagEngine &diags) {
  result.filename = filename;
  result.text = text;
  result.sound = false;
  unsigned errors = diags.errorCount();
  YamlTree tree;
  if (isTooLarge(text, diags) ||
      llvm::failed(readYaml(text, tree, diags, nullptr)))
    return llvm::failure();
  if (tree.nodes.empty()) {
    diags.report(diag::MockerEmptyFile, {});
    return llvm::failure();
  }
  Reader reader(tree, options.mockerCompat, diags);
  if (reader.root().kind != YamlNode::Kind::Null)
    FileReader(reader).file(reader.root(), result);
  if (diags.errorCount() == errors && result.images.empty()) {
    diags.report(diag::MockerNoImages, reader.root().range)
        .place(reader.root().lines);
  }
  result.sound = diags.errorCount() == errors;
  return llvm::success(result.sound);
}

void dumpMockerfileTokens(std::string_view text, llvm::raw_ostream &out,
                          DiagEngine &diags) {
  if (isTooLarge(text, diags))
    return;
  YamlTree tree;
  YamlPlaces places(text);
  auto print = [&](const char *place, std::string_view kind,
                   std::string_view value) {
    if (place) {
      const char *start = place;
      while (start != text.data() && start[-1] != '\n')
        --start;
      out << places.lineOf(place) << ':' << (place - start + 1) << ' ';
    }
    out << kind;
    if (kind == "SCALAR" || kind == "QUOTED" || kind == "ANCHOR" ||
        kind == "ALIAS")
      out << ' ' << go::quote(value);
    out << '\n';
  };
  // Errors are in `diags`.
  (void)readYaml(text, tree, diags, print);
}

/// A key of a Mockerfile at the start of a line.
static bool hasKey(std::string_view text, std::string_view key) {
  for (size_t at = text.find(key); at != std::string_view::npos;
       at = text.find(key, at + 1))
    if (at == 0 || text[at - 1] == '\n' || (at == 3 && text[0] == '\xEF'))
      return true;
  return false;
}

const Frontend MockerfileFrontend = {
    .isSyntax =
        [](std::string_view image) {
          return image == "mocker" || image.ends_with("/mocker");
        },
    .isName =
        [](std::string_view name) {
          return isNamed(name, "mockerfile") || name == "mocker.yaml" ||
                 name == "mocker.yml";
        },
    .isContent = [](std::string_view text) { return hasKey(text, "images:"); },
    .parse =
        [](std::string_view text, std::string_view filename,
           const ParseOptions &options, ast::SourceUnit &result,
           DiagEngine &diags) {
          return parseMockerfile(text, filename, options,
                                 result.emplace<ast::Mockerfile>(), diags);
        },
    .dumpTokens =
        [](std::string_view text, const ParseOptions &, llvm::raw_ostream &out,
           DiagEngine &diags) { dumpMockerfileTokens(text, out, diags); },
};

} // namespace llb::frontend
