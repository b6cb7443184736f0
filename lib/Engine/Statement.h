// SPDX-License-Identifier: Apache-2.0
//
// SQLite for the index. A database that turns out to be damaged, whatever was
// asked of it, gets a mark: a file beside it.
#ifndef LLB_ENGINE_STATEMENT_H
#define LLB_ENGINE_STATEMENT_H

#include <cstdint>
#include <llvm/Support/Error.h>
#include <sqlite3.h>
#include <string>

namespace llb::engine {

/// A file beside the database that says it is damaged: whoever opens it next
/// begins anew.
inline constexpr const char *damageMark = ".damaged";

void putMark(sqlite3 *database);

/// Whether what just failed did so because the database is damaged; then the
/// mark is set.
bool isDamaged(sqlite3 *database);

/// What the database, which may be null, says of what just failed; of the code
/// `bad_message` if it is damaged.
llvm::Error databaseError(sqlite3 *database);

/// A prepared statement with its bindings.
class Statement {
public:
  Statement(sqlite3 *database, const char *text) : database(database) {
    sqlite3_prepare_v2(database, text, -1, &statement, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement); }
  Statement(const Statement &) = delete;
  Statement &operator=(const Statement &) = delete;

  /// Makes it ready for other bindings.
  Statement &again() {
    sqlite3_reset(statement);
    bound = 0;
    return *this;
  }
  Statement &bind(const std::string &text) {
    sqlite3_bind_text(statement, ++bound, text.data(),
                      static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement &bind(int64_t number) {
    sqlite3_bind_int64(statement, ++bound, number);
    return *this;
  }
  /// Whether there is a row.
  bool row() {
    if (!statement) {
      isDamaged(database);
      return false;
    }
    int status = sqlite3_step(statement);
    if (status != SQLITE_ROW && status != SQLITE_DONE)
      isDamaged(database);
    return status == SQLITE_ROW;
  }
  llvm::Error run() {
    if (!statement || sqlite3_step(statement) != SQLITE_DONE)
      return databaseError(database);
    return llvm::Error::success();
  }
  std::string text(int column) const {
    auto *data = sqlite3_column_text(statement, column);
    return data ? std::string(reinterpret_cast<const char *>(data),
                              static_cast<size_t>(
                                  sqlite3_column_bytes(statement, column)))
                : std::string();
  }
  int64_t number(int column) const {
    return sqlite3_column_int64(statement, column);
  }

private:
  sqlite3 *database;
  sqlite3_stmt *statement = nullptr;
  int bound = 0;
};

} // namespace llb::engine

#endif
