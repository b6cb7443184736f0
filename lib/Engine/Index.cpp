// SPDX-License-Identifier: Apache-2.0
//
// The database is in WAL mode: readers do not wait for writers, and a process
// that is killed leaves nothing to repair. One connection is shared by the
// threads of a process; SQLite serialises them.
#include "llb/Engine/Index.h"

#include "Statement.h"

#include <llvm/ADT/STLExtras.h>
#include <unistd.h>

namespace llb::engine {
namespace {

constexpr int schemaVersion = 2;
constexpr int busyMilliseconds = 30000;

constexpr const char *schema = R"sql(
CREATE TABLE IF NOT EXISTS result(key TEXT PRIMARY KEY, layers TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS layer(id INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL, description TEXT NOT NULL, below TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chain(id TEXT PRIMARY KEY, layer INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob(layer INTEGER NOT NULL, form TEXT NOT NULL, digest TEXT NOT NULL,
  diffid TEXT NOT NULL, media TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY(layer, form)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note(name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
)sql";

constexpr const char *usedTable =
    "CREATE TABLE IF NOT EXISTS used(layer INTEGER PRIMARY KEY, time INTEGER "
    "NOT NULL);";

std::string encodeList(const std::vector<int64_t> &list) {
  std::string text;
  for (int64_t item : list)
    text += (text.empty() ? "" : " ") + std::to_string(item);
  return text;
}

std::vector<int64_t> decodeList(const std::string &text) {
  std::vector<int64_t> list;
  int64_t value = 0;
  bool open = false;
  for (char c : text + " ") {
    if (c >= '0' && c <= '9') {
      value = value * 10 + (c - '0');
      open = true;
    } else if (open) {
      list.push_back(value);
      value = 0;
      open = false;
    }
  }
  return list;
}

} // namespace

/// Opens the database; `version` gets that of its schema, 0 for a new one.
llvm::Expected<std::unique_ptr<Index>>
Index::connect(const std::string &path, int flags, int64_t &version) {
  sqlite3 *database = nullptr;
  int status = sqlite3_open_v2(path.c_str(), &database,
                               flags | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<Index> index(new Index(database));
  if (status != SQLITE_OK)
    return databaseError(database);
  sqlite3_busy_timeout(database, busyMilliseconds);
  Statement get(database, "PRAGMA user_version");
  version = get.row() ? get.number(0) : 0;
  if (version != 0 && version != schemaVersion)
    return llvm::createStringError(
        std::make_error_code(std::errc::not_supported),
        "%s: written by another version of llbc; choose another --root or "
        "remove that directory",
        path.c_str());
  return index;
}

llvm::Expected<std::unique_ptr<Index>> Index::open(const std::string &path) {
  int64_t version = 0;
  if (::access((path + damageMark).c_str(), F_OK) == 0)
    return llvm::createStringError(std::make_error_code(std::errc::bad_message),
                                   "the cache index: found to be damaged (%s)",
                                   path.c_str());
  auto index =
      connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, version);
  if (!index)
    return index;
  sqlite3 *database = (*index)->database;
  // A power cut may cost the last records, never the database. The log is
  // merged when it is long, which waits for the disk, not whenever a build
  // ends; the next one has to read it.
  sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_exec(database,
               "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=512",
               nullptr, nullptr, nullptr);
  if (version == schemaVersion) {
    // Stores of the same version from before this table.
    sqlite3_exec(database, usedTable, nullptr, nullptr, nullptr);
    return index;
  }
  // Small pages: who opens the database reads all of the log, a page for each
  // that a record has changed.
  std::string setUp =
      "PRAGMA page_size=1024; PRAGMA journal_mode=WAL; BEGIN IMMEDIATE;";
  setUp += schema;
  setUp += usedTable;
  setUp += "PRAGMA user_version=" + std::to_string(schemaVersion) + "; COMMIT;";
  if (sqlite3_exec(database, setUp.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK)
    return databaseError(database);
  return index;
}

llvm::Expected<std::unique_ptr<Index>>
Index::openExisting(const std::string &path) {
  int64_t version = 0;
  auto index = connect(path, SQLITE_OPEN_READONLY, version);
  if (index && version == 0)
    return llvm::createStringError(
        std::make_error_code(std::errc::no_such_file_or_directory),
        "%s: no store of llbc", path.c_str());
  return index;
}

Index::~Index() { sqlite3_close(database); }

void Index::markDamaged() { putMark(database); }

std::optional<std::vector<int64_t>> Index::findResult(const std::string &key) {
  Statement get(database, "SELECT layers FROM result WHERE key=?");
  if (!get.bind(key).row())
    return std::nullopt;
  return decodeList(get.text(0));
}

llvm::Error Index::putResult(const std::string &key,
                             const std::vector<int64_t> &layers) {
  return Statement(database, "INSERT OR REPLACE INTO result VALUES(?,?)")
      .bind(key)
      .bind(encodeList(layers))
      .run();
}

llvm::Expected<int64_t> Index::addLayer(const LayerRecord &layer) {
  Statement put(database, "INSERT INTO layer(created, description, below) "
                          "VALUES(?,?,?) RETURNING id");
  put.bind(layer.created).bind(layer.description).bind(encodeList(layer.below));
  if (!put.row())
    return databaseError(database);
  return put.number(0);
}

std::optional<LayerRecord> Index::findLayer(int64_t id) {
  Statement get(database,
                "SELECT created, description, below FROM layer WHERE id=?");
  if (!get.bind(id).row())
    return std::nullopt;
  return LayerRecord{id, get.number(0), get.text(1), decodeList(get.text(2))};
}

std::vector<LayerRecord> Index::layers() {
  std::vector<LayerRecord> all;
  Statement get(
      database,
      "SELECT id, created, description, below FROM layer ORDER BY id");
  while (get.row())
    all.push_back(
        {get.number(0), get.number(1), get.text(2), decodeList(get.text(3))});
  return all;
}

std::vector<LayerBlob> Index::blobsOf(int64_t layer) {
  std::vector<LayerBlob> all;
  Statement get(database, "SELECT digest, diffid, media, size, form FROM blob "
                          "WHERE layer=? ORDER BY form");
  get.bind(layer);
  while (get.row())
    all.push_back(
        {get.text(0), get.text(1), get.text(2), get.number(3), get.text(4)});
  return all;
}

std::vector<std::pair<int64_t, LayerBlob>> Index::layerBlobs() {
  std::vector<std::pair<int64_t, LayerBlob>> all;
  Statement get(database,
                "SELECT layer, digest, diffid, media, size FROM blob");
  while (get.row())
    all.push_back({get.number(0),
                   {get.text(1), get.text(2), get.text(3), get.number(4), ""}});
  return all;
}

llvm::Error Index::keepLayers(const std::set<int64_t> &kept) {
  auto isGone = [&](int64_t layer) { return !kept.contains(layer); };
  std::vector<std::string> lostResults;
  Statement results(database, "SELECT key, layers FROM result");
  while (results.row())
    if (llvm::any_of(decodeList(results.text(1)), isGone))
      lostResults.push_back(results.text(0));
  std::vector<int64_t> lostLayers;
  for (const LayerRecord &layer : layers())
    if (isGone(layer.id))
      lostLayers.push_back(layer.id);

  if (llvm::Error error = Statement(database, "BEGIN IMMEDIATE").run())
    return error;
  auto removeAll = [&]() -> llvm::Error {
    for (const std::string &key : lostResults)
      if (llvm::Error error =
              Statement(database, "DELETE FROM result WHERE key=?")
                  .bind(key)
                  .run())
        return error;
    for (int64_t layer : lostLayers)
      for (const char *text :
           {"DELETE FROM blob WHERE layer=?", "DELETE FROM chain WHERE layer=?",
            "DELETE FROM used WHERE layer=?", "DELETE FROM layer WHERE id=?"})
        if (llvm::Error error = Statement(database, text).bind(layer).run())
          return error;
    return Statement(database, "COMMIT").run();
  };
  llvm::Error error = removeAll();
  if (error)
    sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
  return error;
}

llvm::Error Index::noteUse(const std::set<int64_t> &layers, int64_t now) {
  constexpr int64_t fresh = int64_t(60) * 1000000000;
  std::vector<int64_t> stale;
  {
    Statement get(database, "SELECT time FROM used WHERE layer=?");
    for (int64_t layer : layers) {
      bool known = get.again().bind(layer).row();
      int64_t noted = known ? get.number(0) : 0;
      if (!known || noted < now - fresh || noted > now)
        stale.push_back(layer);
    }
  }
  if (stale.empty())
    return llvm::Error::success();
  if (llvm::Error error = Statement(database, "BEGIN IMMEDIATE").run())
    return error;
  auto putAll = [&]() -> llvm::Error {
    Statement put(database, "INSERT OR REPLACE INTO used VALUES(?,?)");
    for (int64_t layer : stale)
      if (llvm::Error error = put.again().bind(layer).bind(now).run())
        return error;
    return Statement(database, "COMMIT").run();
  };
  llvm::Error error = putAll();
  if (error)
    sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
  return error;
}

std::map<int64_t, int64_t> Index::lastUses() {
  std::map<int64_t, int64_t> all;
  Statement get(database, "SELECT layer, time FROM used");
  while (get.row())
    all.emplace(get.number(0), get.number(1));
  return all;
}

std::optional<int64_t> Index::findChain(const std::string &chainId) {
  Statement get(database, "SELECT layer FROM chain WHERE id=?");
  if (!get.bind(chainId).row())
    return std::nullopt;
  return get.number(0);
}

llvm::Error Index::putChain(const std::string &chainId, int64_t layer) {
  return Statement(database, "INSERT OR REPLACE INTO chain VALUES(?,?)")
      .bind(chainId)
      .bind(layer)
      .run();
}

std::optional<LayerBlob> Index::findBlob(int64_t layer,
                                         const std::string &form) {
  Statement get(database, "SELECT digest, diffid, media, size FROM blob "
                          "WHERE layer=? AND form=?");
  if (!get.bind(layer).bind(form).row())
    return std::nullopt;
  return LayerBlob{get.text(0), get.text(1), get.text(2), get.number(3), form};
}

llvm::Error Index::putBlob(int64_t layer, const std::string &form,
                           const LayerBlob &blob) {
  return Statement(database, "INSERT OR REPLACE INTO blob VALUES(?,?,?,?,?,?)")
      .bind(layer)
      .bind(form)
      .bind(blob.digest)
      .bind(blob.diffId)
      .bind(blob.mediaType)
      .bind(blob.size)
      .run();
}

std::optional<std::string> Index::findNote(const std::string &name) {
  Statement get(database, "SELECT text FROM note WHERE name=?");
  if (!get.bind(name).row())
    return std::nullopt;
  return get.text(0);
}

llvm::Error Index::putNote(const std::string &name, const std::string &text) {
  return Statement(database, "INSERT OR REPLACE INTO note VALUES(?,?)")
      .bind(name)
      .bind(text)
      .run();
}

} // namespace llb::engine
