// SPDX-License-Identifier: Apache-2.0
//
// Entries of a layer's tar on their way into it, in order. Small files, which
// are most, are read some hundred at a time by several threads.
#ifndef LLB_BACKEND_ENTRYQUEUE_H
#define LLB_BACKEND_ENTRYQUEUE_H

#include "llb/Backend/TarWriter.h"
#include "llb/Engine/ReadWatch.h"
#include "llb/Engine/Tree.h"

#include <vector>

namespace llb::backend {

/// Gives an entry the value of `security.capability`, nothing if that is empty.
void setCapability(TarEntry &entry, const std::string &value);

class EntryQueue {
public:
  /// Files are those of `layer`.
  EntryQueue(const engine::Tree &layer, const ByteSink &sink)
      : layer(layer), tar(sink) {}

  /// An entry without content.
  llvm::Error add(TarEntry entry);
  /// The regular file at `path`, `entry.size` bytes of it. Its capability is
  /// looked up, unless the entry has it already.
  llvm::Error addFile(TarEntry entry, const std::string &path,
                      bool hasCapability);
  /// Ends the tar.
  llvm::Error finish();

private:
  struct Item {
    TarEntry entry;
    /// Empty: there is no content.
    std::string path;
    bool hasCapability = true;
    std::string content;
    /// An errno of what went wrong reading, 0 for none; ESTALE if somebody
    /// wrote to the file meanwhile.
    int error = 0;

    llvm::Error failure() const;
  };

  int openFile(Item &item, UniqueFd &fd) const;
  void read(Item &item) const;
  void readAll();
  llvm::Error flush();
  llvm::Error write(Item &item);

  const engine::Tree &layer;
  TarWriter tar;
  std::vector<Item> items;
  size_t waiting = 0;
};

} // namespace llb::backend

#endif
