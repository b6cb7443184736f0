// SPDX-License-Identifier: Apache-2.0
//
// `--emit`, `--output` and `--push` all become outputs; the flags beside them
// hold for each output whose own attributes do not say otherwise.
#include "OutputFlags.h"

#include "OutputOption.h"

#include <algorithm>

namespace llb::driver {

namespace cl = llvm::cl;

OutputFlags::OutputFlags(cl::OptionCategory &own, cl::OptionCategory &docker)
    : emit("emit",
           cl::desc("What to write: tokens, ast, llb (the default), text, json "
                    "as of dump-llb, dot, config, bundle (all of it as JSON); "
                    "built: oci, docker, tar, dir, image, cacheonly"),
           cl::value_desc("kind"), cl::init(EmitKind::Llb),
           cl::values(
#define LLB_BACKEND(Name, Emit, Type, Destination, Summary)                    \
  clEnumValN(EmitKind::Name, Emit, Summary),
#include "llb/Backend/Backends.def"
               clEnumValN(EmitKind::Tokens, "tokens", "tokens of the file"),
               clEnumValN(EmitKind::Ast, "ast", "syntax tree"),
               clEnumValN(EmitKind::Llb, "llb", "binary LLB"),
               clEnumValN(EmitKind::Text, "text", "LLB as text"),
               clEnumValN(EmitKind::Json, "json", "LLB as dump-llb prints it"),
               clEnumValN(EmitKind::Dot, "dot", "graph for graphviz"),
               clEnumValN(EmitKind::Bundle, "bundle",
                          "all that compiling found out, as JSON"),
               clEnumValN(EmitKind::Config, "config", "image config")),
           cl::cat(own)),
      file("o", cl::desc("Output file (default: -)"), cl::value_desc("file"),
           cl::init("-"), cl::cat(own)),
      output("output",
             cl::desc("What to build, as for buildctl: "
                      "type=oci|docker|tar|local|image|cacheonly,dest=..."),
             cl::value_desc("type=..."), cl::cat(docker)),
      push("push", cl::desc("Push the image under its names"), cl::cat(docker)),
      load("load", cl::desc("Give the image to a docker engine"),
           cl::cat(docker)),
      compression(
          "compression",
          cl::desc("Of new layers: gzip, zstd or none; gzip:9 is a level"),
          cl::value_desc("type"), cl::cat(own)),
      rewriteTimestamp("rewrite-timestamp",
                       cl::desc("No time in a layer after SOURCE_DATE_EPOCH"),
                       cl::cat(own)),
      annotation("annotation", cl::desc("Annotation of the image"),
                 cl::value_desc("[type:]key=value"), cl::cat(docker)),
      tag("t", cl::desc("Name of the image"), cl::value_desc("name[:tag]"),
          cl::cat(docker)),
      idFile("iidfile", cl::desc("Write the image's id"),
             cl::value_desc("file"), cl::cat(docker)),
      metadataFile("metadata-file", cl::desc("Write the build's result"),
                   cl::value_desc("file"), cl::cat(docker)) {
}

std::string OutputFlags::apply(Options &result) {
  result.emit = emit;
  result.output = file;
  result.idFile = idFile;
  result.metadataFile = metadataFile;
  for (const std::string &name : tag)
    if (std::string error = addImageName(name, result.tags); !error.empty())
      return "-t " + name + ": " + error;
  if (std::string error = readOutputs(result); !error.empty())
    return error;
  if (std::string error = completeOutputs(result); !error.empty())
    return error;
  bool image =
      std::any_of(result.outputs.begin(), result.outputs.end(),
                  [](const backend::Output &made) { return made.isImage(); });
  if (!image && (!idFile.empty() || !metadataFile.empty()))
    return "--iidfile and --metadata-file tell of an image that is built; add "
           "--emit=oci or --emit=docker";
  return "";
}

std::string OutputFlags::readOutputs(Options &result) {
  bool others = push || load || !output.empty();
  if (others && emit.getNumOccurrences() && !isBuild(emit))
    return "--output, --push and --load build; leave the --emit of a compile "
           "out";
  if (others && file.getNumOccurrences() && !isBuild(emit))
    return "-o is the file of --emit; write --output type=...,dest=" + file;
  if (isBuild(emit)) {
    backend::Output made;
    made.form = formOf(emit);
    made.dest = file;
    result.outputs.push_back(std::move(made));
  }
  for (const std::string &text : output) {
    backend::Output made;
    if (std::string error = readOutputOption(text, made); !error.empty())
      return "--output " + text + ": " + error;
    result.outputs.push_back(std::move(made));
  }
  auto pushes = [](const backend::Output &made) {
    return made.form == backend::Form::Image;
  };
  if (push &&
      std::none_of(result.outputs.begin(), result.outputs.end(), pushes))
    result.outputs.emplace_back().form = backend::Form::Image;
  if (load) {
    backend::Output &loaded = result.outputs.emplace_back();
    loaded.form = backend::Form::Docker;
    loaded.load = true;
  }
  return "";
}

std::string OutputFlags::completeOutputs(Options &result) {
  backend::Output common;
  if (compression.getNumOccurrences())
    if (std::string error = readCompressionOption(compression, common);
        !error.empty())
      return "--compression=" + compression + ": " + error;
  for (const std::string &text : annotation)
    if (std::string error = readAnnotationOption(text, common.annotations);
        !error.empty())
      return "--annotation " + text + ": " + error;
  // Daemons are not told of these, and number the others.
  std::stable_partition(result.outputs.begin(), result.outputs.end(),
                        [](const backend::Output &made) {
                          return made.form != backend::Form::CacheOnly;
                        });
  unsigned streams = 0;
  for (backend::Output &made : result.outputs) {
    if (made.names.empty())
      made.names = result.tags;
    if (!made.compression) {
      made.compression = common.compression;
      made.estargz = common.estargz;
      if (!made.level)
        made.level = common.level;
    }
    made.rewriteTimestamp |= rewriteTimestamp;
    made.annotations.insert(made.annotations.begin(),
                            common.annotations.begin(),
                            common.annotations.end());
    streams += made.isStream() && !made.load && made.dest == "-";
  }
  if (streams > 1)
    return "standard output takes one output; give the others a dest";
  return "";
}

} // namespace llb::driver
