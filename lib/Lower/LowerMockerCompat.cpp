// SPDX-License-Identifier: Apache-2.0
//
// r2d4/mocker as it was: curl in a container of Alpine 3.6, results carried
// over by `cp -a` in another one, keys given to apt-key. Bugs are kept, because
// whoever asks for this wants the operations and digests of old builds:
// commands pass a printf, repositories stand in double quotes in a shell, only
// `.tar.gz` is an archive. Only the encoding is today's. docs/Mockerfile.md
// lists the quirks.
//
//   C = source alpine:3.6; exec apk add curl
//   S = source <from>; for each part of the file: S = exec on S
//   download: D = exec on C; S = exec on alpine:3.6 { cp -a /src/x /dest/x }
//             with D at /src, read-only, and S at /dest, whose output is S
#include "LowerMockerCompat.h"
#include "ImageConfig.h"
#include "MockerGoText.h"
#include "llb/IR/Builder.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Reference.h"

namespace llb::lower {
namespace {

ir::Platform hostPlatform() {
  PlatformSpec host = PlatformSpec::host();
  ir::Platform result;
  result.architecture = host.architecture;
  result.os = host.os;
  result.variant = host.variant;
  return result;
}

std::string pathVariable() { return std::string("PATH=").append(defaultPath); }

class CompatLowering {
public:
  CompatLowering(const ast::MockerImage &image, DiagEngine &diags)
      : image(image), diags(diags) {}

  llvm::FailureOr<ir::Module> run() {
    Reference ref;
    std::string error;
    if (!Reference::parseNormalized(image.from.text, ref, error)) {
      const ast::MockerPlace &place =
          image.from.given() ? static_cast<const ast::MockerPlace &>(image.from)
                             : image;
      diags
          .report(diag::MockerBadReference, place.range, image.from.text, error,
                  "")
          .place(place.lines);
      return llvm::failure();
    }
    ref.addDefaultTag();
    state = addImage(ref.str());
    alpine = addImage("docker.io/library/alpine:3.6");
    curl = addExec(alpine, {"apk", "add", "--no-cache", "curl"});
    if (image.package)
      addPackage(*image.package);
    for (const ast::MockerExternal &external : image.external)
      if (!addExternal(external))
        return llvm::failure();
    ir::Module module = std::move(builder).build(state, "", {});
    // The original has no source map.
    module.hasSource = false;
    for (ir::Node &node : module.nodes)
      node.hasLocations = false;
    return module;
  }

private:
  ir::ValueId addImage(const std::string &ref) {
    ir::Source source;
    source.identifier = "docker-image://" + ref;
    ir::Vertex vertex;
    vertex.op.platform = hostPlatform();
    vertex.op.body = std::move(source);
    vertex.metadata.caps["source.image"] = true;
    return {builder.add(std::move(vertex)), 0};
  }

  ir::Vertex execVertex(ir::ValueId root, std::vector<std::string> args) {
    ir::Meta meta;
    meta.args = std::move(args);
    meta.env = {pathVariable()};
    meta.cwd = "/";
    ir::Mount mount;
    mount.dest = "/";
    ir::Exec exec;
    exec.meta = std::move(meta);
    exec.mounts.push_back(std::move(mount));
    ir::Vertex vertex;
    vertex.op.inputs = {root};
    vertex.op.platform = hostPlatform();
    vertex.op.body = std::move(exec);
    vertex.metadata.caps["exec.meta.base"] = true;
    vertex.metadata.caps["exec.mount.bind"] = true;
    return vertex;
  }
  ir::ValueId addExec(ir::ValueId root, std::vector<std::string> args) {
    return {builder.add(execVertex(root, std::move(args))), 0};
  }
  ir::ValueId addShell(ir::ValueId root, std::string text) {
    return addExec(root, {"/bin/sh", "-c", std::move(text)});
  }
  void shell(std::string text) { state = addShell(state, std::move(text)); }

  /// Copies `path` of `source` to the same path of the state.
  bool copy(ir::ValueId source, const std::string &path,
            const ast::MockerPlace &place) {
    auto args = splitShellWords("cp -a /src" + path + " /dest" + path);
    if (!args) {
      diags.report(diag::MockerCompatWords, place.range, path)
          .place(place.lines);
      return false;
    }
    ir::Vertex vertex = execVertex(alpine, std::move(*args));
    vertex.op.inputs = {alpine, state, source};
    ir::Mount dest;
    dest.input = 1;
    dest.dest = "/dest";
    dest.output = 1;
    ir::Mount src;
    src.input = 2;
    src.dest = "/src";
    src.output = ir::noIndex;
    src.readonly = true;
    auto &mounts = std::get<ir::Exec>(vertex.op.body).mounts;
    mounts.push_back(std::move(dest));
    mounts.push_back(std::move(src));
    state = {builder.add(std::move(vertex)), 1};
    return true;
  }

  void addPackage(const ast::MockerPackage &package) {
    shell("apt-get update && apt-get install apt-transport-https -y");
    for (const ast::MockerText &repo : package.repo)
      shell("echo \"" + repo.text + "\" >> /etc/apt/sources.list");
    for (const ast::MockerKey &key : package.gpg) {
      ir::ValueId download =
          addExec(curl, {"curl", "-Lo", "/key.gpg", key.url.text});
      copy(download, "/key.gpg", key);
      shell("apt-key add /key.gpg && rm /key.gpg");
    }
    if (package.install.empty())
      return;
    std::string text = "apt-get update && apt-get install "
                       "--no-install-recommends --no-install-suggests -y";
    for (const ast::MockerText &item : package.install)
      text += " " + item.text;
    shell(std::move(text));
  }

  bool addExternal(const ast::MockerExternal &external) {
    const std::string &src = external.src.text;
    const std::string &dst = external.dst.text;
    bool archive = src.ends_with(".tar.gz");
    std::string file = archive ? "tmp.tar.gz" : dst;
    std::string load = "curl -Lo " + file + " " + src;
    if (!archive)
      load += " && chmod +x " + file;
    ir::ValueId download = addShell(curl, std::move(load));
    if (!external.sha256.empty())
      download = addShell(download, "echo \"" + external.sha256.text + "  " +
                                        file + "\" | sha256sum -c -");
    if (archive)
      download = addShell(download, "mkdir -p " + dst + " && tar -zxvf " +
                                        file + " -C " + dst + " && rm " + file);
    if (!external.install.empty()) {
      std::string text;
      for (const ast::MockerText &item : external.install)
        text += (&item == &external.install.front() ? "" : " && ") + item.text;
      download = addShell(download, sprintfNothing(text));
    }
    return copy(download, dst, external);
  }

  const ast::MockerImage &image;
  DiagEngine &diags;
  ir::Builder builder;
  /// The image so far.
  ir::ValueId state;
  ir::ValueId alpine;
  /// Alpine with curl.
  ir::ValueId curl;
};

/// The config is the same for every image; the base image's is dropped.
std::string compatConfig() {
  return "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":"
         "\"layers\",\"diff_ids\":null},\"config\":{\"Env\":[" +
         go::jsonString(pathVariable()) +
         "],\"Cmd\":[\"ls\"],\"WorkingDir\":\"/\",\"OnBuild\":null}}";
}

} // namespace

llvm::FailureOr<Lowered> lowerMockerCompat(const ast::Mockerfile &file,
                                           const LowerOptions &options,
                                           DiagEngine &diags) {
  for (const auto &[key, value] : options.opts)
    if (key != "filename")
      diags.report(diag::MockerCompatOption, {}, key);
  auto module = CompatLowering(file.images.front(), diags).run();
  if (llvm::failed(module))
    return llvm::failure();
  LoweredImage image;
  image.platform = PlatformSpec::host().normalized();
  image.platformId = image.platform.formatAll();
  image.module = std::move(*module);
  image.config = compatConfig();
  Lowered result;
  result.images.push_back(std::move(image));
  return result;
}

} // namespace llb::lower
