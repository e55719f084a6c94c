// Goal: too few file descriptors or too little memory is never taken for damage or a missing file.
#include "eventlog/database_error.h"

#include <gtest/gtest.h>
#include <rocksdb/status.h>

namespace courtside {
namespace {

std::string_view named(const char* reason, Code otherwise) {
  const auto status = rocksdb::Status::IOError("While opening a file: /data/CURRENT", reason);
  return info(error_from(status, "the log", otherwise).code).name;
}

TEST(DatabaseError, ALackOfResourcesIsNoDamage) {
  for (const Code otherwise : {Code::data_corrupt, Code::no_input}) {
    EXPECT_EQ(named("Too many open files", otherwise), "no_resources");
    EXPECT_EQ(named("Too many open files in system", otherwise), "no_resources");
    EXPECT_EQ(named("Cannot allocate memory", otherwise), "no_resources");
    EXPECT_EQ(named("Permission denied", otherwise), info(otherwise).name);
  }
  // Whether the event is stored is unknown all the same.
  EXPECT_EQ(named("Too many open files", Code::write_failed), "write_failed");
}

}  // namespace
}  // namespace courtside
