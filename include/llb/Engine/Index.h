// SPDX-License-Identifier: Apache-2.0
//
// Records of the store in an SQLite database: results of steps by cache key,
// layers, and the blobs that layers became. Safe for many threads and
// processes.
#ifndef LLB_ENGINE_INDEX_H
#define LLB_ENGINE_INDEX_H

#include <cstdint>
#include <llvm/Support/Error.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

struct sqlite3;

namespace llb::engine {

struct LayerRecord {
  int64_t id = 0;
  /// Nanoseconds since 1970.
  int64_t created = 0;
  /// What made it: `RUN make`.
  std::string description;
  /// The layers that it was made upon, from bottom to top: what it is a change
  /// of, whatever a merge puts below it.
  std::vector<int64_t> below;
};

/// A layer as a compressed tar. One layer may have several.
struct LayerBlob {
  std::string digest;
  std::string diffId;
  std::string mediaType;
  int64_t size = 0;
  /// What findBlob found it as.
  std::string form = {};
};

class Index {
public:
  /// One that is damaged is an error of the code `bad_message`.
  static llvm::Expected<std::unique_ptr<Index>> open(const std::string &path);
  /// One that exists, for reading.
  static llvm::Expected<std::unique_ptr<Index>>
  openExisting(const std::string &path);
  ~Index();

  /// Has whoever opens it next begin with an empty one: what it says cannot be.
  void markDamaged();

  /// The layers of a step's result.
  std::optional<std::vector<int64_t>> findResult(const std::string &key);
  llvm::Error putResult(const std::string &key,
                        const std::vector<int64_t> &layers);

  /// Reserves the number of a new layer; `layer.id` is not looked at.
  llvm::Expected<int64_t> addLayer(const LayerRecord &layer);
  std::optional<LayerRecord> findLayer(int64_t id);
  /// All of them by number, and so from below to above.
  std::vector<LayerRecord> layers();
  /// Notes that these layers are of use now, in nanoseconds since 1970. Cheap
  /// to call often: what was noted within the last minute is not written again.
  llvm::Error noteUse(const std::set<int64_t> &layers, int64_t now);
  /// When each was, as far as it is known.
  std::map<int64_t, int64_t> lastUses();
  /// The layer that a base image's layers up to this chain id were unpacked to.
  std::optional<int64_t> findChain(const std::string &chainId);
  llvm::Error putChain(const std::string &chainId, int64_t layer);

  /// The layer as a blob of this form: `base` as a registry served it, `base
  /// zstd` and the like the same tar in another compression; else the
  /// compression with its level, and what was done to times.
  std::optional<LayerBlob> findBlob(int64_t layer, const std::string &form);
  llvm::Error putBlob(int64_t layer, const std::string &form,
                      const LayerBlob &blob);

  /// All blobs of a layer, by form.
  std::vector<LayerBlob> blobsOf(int64_t layer);
  /// Each layer with each of its blobs.
  std::vector<std::pair<int64_t, LayerBlob>> layerBlobs();
  /// Forgets all layers but these, in one step, and all that names others.
  llvm::Error keepLayers(const std::set<int64_t> &kept);

  /// Texts by name, for sources: `http:URL`, `image:REF`; and `origin:DIGEST`,
  /// the repository that a blob came from.
  std::optional<std::string> findNote(const std::string &name);
  llvm::Error putNote(const std::string &name, const std::string &text);

private:
  explicit Index(sqlite3 *database) : database(database) {}
  static llvm::Expected<std::unique_ptr<Index>>
  connect(const std::string &path, int flags, int64_t &version);

  sqlite3 *database;
};

} // namespace llb::engine

#endif
