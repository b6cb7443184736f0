// SPDX-License-Identifier: Apache-2.0
//
// Values of the options that describe an output. Each function returns what is
// wrong, empty if nothing.
#ifndef LLB_DRIVER_OUTPUTOPTION_H
#define LLB_DRIVER_OUTPUTOPTION_H

#include "llb/Backend/Output.h"

namespace llb::driver {

/// `--output`: attributes as of buildctl, such as `type=oci,dest=app.tar`.
std::string readOutputOption(const std::string &text, backend::Output &result);

/// `--compression`: `zstd`, or with a level `zstd:19`.
std::string readCompressionOption(const std::string &text,
                                  backend::Output &result);

/// One of compression, compression-level and force-compression.
std::string readLayerAttribute(const std::string &key, const std::string &value,
                               backend::Output &result);

/// `--annotation` as of buildx: `manifest,index[linux/amd64]:KEY=VALUE`.
std::string readAnnotationOption(const std::string &text,
                                 std::vector<backend::Annotation> &result);

/// Adds a name of the image to `names`, normalised and with a tag.
std::string addImageName(const std::string &text,
                         std::vector<std::string> &names);

/// Whether a complete output can be made, by a daemon or by the embedded
/// engine.
std::string checkOutput(const backend::Output &output, bool byDaemon);

} // namespace llb::driver

#endif
