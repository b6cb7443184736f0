// SPDX-License-Identifier: Apache-2.0
//
// SQLite tells of damage by the codes of any call, so each failure is looked
// at.
#include "Statement.h"

#include "llb/Support/UniqueFd.h"

#include <fcntl.h>

namespace llb::engine {

void putMark(sqlite3 *database) {
  if (const char *path = sqlite3_db_filename(database, "main"))
    UniqueFd(::open((std::string(path) + damageMark).c_str(),
                    O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

bool isDamaged(sqlite3 *database) {
  int code = database ? sqlite3_errcode(database) & 0xFF : SQLITE_NOMEM;
  if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB)
    return false;
  putMark(database);
  return true;
}

llvm::Error databaseError(sqlite3 *database) {
  std::string text = database ? sqlite3_errmsg(database) : "out of memory";
  const char *path = database ? sqlite3_db_filename(database, "main") : nullptr;
  if (path && *path)
    text += " (" + std::string(path) + ")";
  return llvm::createStringError(
      std::make_error_code(isDamaged(database) ? std::errc::bad_message
                                               : std::errc::io_error),
      "the cache index: %s", text.c_str());
}

} // namespace llb::engine
