// The platform's old audit log, read page by page in the order of (time, id). Threads: one; it
// blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/outbox/audit_event.h"

namespace courtside {

class AuditLog {
 public:
  struct Settings {
    std::string url;    // libpq connection string
    std::string query;  // as kAuditLogQuery
    std::uint64_t page_rows = 1000;
    std::uint64_t page_bytes =
        8 << 20;  // limit of a page's columns; a larger row is a page of its own
    std::uint64_t connect_ms = 10'000;  // limit for connecting
    std::uint64_t statement_ms =
        600'000;  // limit for one page, which sorts the table if it has no index
  };

  // bad_configuration when the url is not a connection string, unavailable when no server answers.
  static Result<std::unique_ptr<AuditLog>> open(const Settings& settings);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // The next rows; none at the end. bad_configuration when the server rejects the query or the
  // query returns the same rows again; unavailable when the connection is lost.
  Result<std::vector<AuditRow>> next();

 private:
  struct Connection;
  AuditLog(std::unique_ptr<Connection> connection, const Settings& settings);

  const Settings settings_;
  const std::unique_ptr<Connection> connection_;
  std::string time_ = "-infinity";  // the time of the last row that was read, and its id
  std::string id_;
};

}  // namespace courtside
