// SPDX-License-Identifier: Apache-2.0
//
// Extended attributes of local files, which BuildKit's client sends as well.
#ifndef LLB_BUILDKIT_SENTXATTRS_H
#define LLB_BUILDKIT_SENTXATTRS_H

#include "FileSync.pb.h"
#include "llb/Context/Directory.h"
#include "llb/Engine/Tree.h"

namespace llb::buildkit {

class SentXattrs {
public:
  explicit SentXattrs(const context::Directory &directory);

  /// Adds those of the file that `stat` is about. Files come as a walk has
  /// them: the directory of the last one is kept open.
  void addTo(moby::filesync::v1::Stat &stat);

private:
  engine::DirTree tree;
  std::string folder;
  UniqueFd open;
};

} // namespace llb::buildkit

#endif
