// Goal: a service key identifies its service and permissions; a mistake in the file is reported
// with its line but without the key; a changed file takes effect unless it is broken.
#include "engine/access/service_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using Texts = std::vector<std::string>;

const std::string kA(32, 'a');
const std::string kB(40, 'b');

// The number of keys, or the message.
std::string keys_outcome(const std::string& text) {
  const auto keys = parse_service_keys(text, "keys");
  if (keys) return std::to_string(keys->size());
  EXPECT_EQ(keys.error().code, Code::bad_configuration);
  return keys.error().message;
}

std::unique_ptr<ServiceKeys> make(const std::string& file) {
  auto keys = ServiceKeys::make(file);
  EXPECT_TRUE(keys) << keys.error().message;
  return std::move(*keys);
}

std::string name_of(const ServiceKeys& keys, const std::string& key) {
  const std::optional<Identity> found = keys.find(key);
  return found ? found->actor : "nobody";
}

TEST(ServiceKeys, SayWhoComesAndWhatItMay) {
  TestFolder folder;
  const auto keys =
      make(folder.write("keys", "# who sends events\n\nbackend:" + kA + "\r\n  reports:" + kB +
                                    ":booking:read_any,audit:read,audit:read"));
  const std::optional<Identity> backend = keys->find(kA);
  ASSERT_TRUE(backend);
  EXPECT_EQ(backend->kind, Identity::Kind::kService);
  EXPECT_EQ(backend->actor, "backend");
  EXPECT_EQ(backend->permissions, Texts{"event:publish"});
  EXPECT_EQ(backend->expires_s, std::nullopt);
  const std::optional<Identity> reports = keys->find(kB);
  ASSERT_TRUE(reports);
  EXPECT_EQ(reports->actor, "reports");
  EXPECT_EQ(reports->permissions, (Texts{"audit:read", "booking:read_any"}));
}

TEST(ServiceKeys, NameServicesByTheirCertificates) {
  TestFolder folder;
  const auto keys = make(folder.write(
      "keys", "billing:certificate:audit:read\nbackend:" + kA + "\nbackend:certificate\n"));
  const std::optional<Identity> billing = keys->find_certificate("billing");
  ASSERT_TRUE(billing);
  EXPECT_EQ(billing->actor, "billing");
  EXPECT_EQ(billing->permissions, Texts{"audit:read"});
  EXPECT_EQ(keys->permissions_of(*billing), Texts{"audit:read"});
  EXPECT_EQ(keys->find_certificate("backend")->permissions, Texts{"event:publish"});
  EXPECT_EQ(keys->find_certificate("other"), std::nullopt);
  // A name is no secret, so nothing that a caller can send stands for the certificate.
  for (const char* sent : {"certificate", "billing", "certificate:billing"}) {
    EXPECT_EQ(name_of(*keys, sent), "nobody");
  }
  EXPECT_EQ(keys_outcome("a:certificate\na:certificate\n"),
            "keys:2: the key stands further up too");
}

TEST(ServiceKeys, KnowNoOtherKey) {
  TestFolder folder;
  const auto keys = make(folder.write("keys", "backend:" + kA));
  for (const std::string& other :
       {std::string(), kB, kA + "a", kA.substr(1), "backend:" + kA, std::string(32, 'A'),
        std::string(100'000, 'a'), kA + std::string(1, '\0'), kA + "\n"}) {
    EXPECT_EQ(name_of(*keys, other), "nobody");
  }
  EXPECT_EQ(name_of(*make(""), kA), "nobody");
}

TEST(ServiceKeys, OfOneServiceMayBeSeveral) {
  EXPECT_EQ(keys_outcome("a:" + kA + "\na:" + kB), "2");
  EXPECT_EQ(keys_outcome(""), "0");
  EXPECT_EQ(keys_outcome("a:" + kA + "\nb:" + kA), "keys:2: the key stands further up too");
}

TEST(ServiceKeys, NameTheLineOfAMistakeAndNothingOfTheKey) {
  const std::string bad_name = "keys:1: the name is not 1 to 64 letters, digits or `._-`";
  EXPECT_EQ(keys_outcome(":" + kA), bad_name);
  EXPECT_EQ(keys_outcome("a b:" + kA), bad_name);
  EXPECT_EQ(keys_outcome(std::string(65, 'n') + ":" + kA), bad_name);
  const std::string bad_key =
      "keys:3: the key is not 32 to 512 letters, digits or `-_~+/=`, nor `certificate`";
  const std::string before = "# comment\na:" + kA + "\n";
  for (const std::string& key :
       {std::string(), std::string(31, 'x'), std::string(513, 'x'), std::string(40, ' '),
        std::string(31, 'x') + ".x", std::string("secret value of 32 bytes or more ."),
        kB + "\xc3\xa9"}) {
    EXPECT_EQ(keys_outcome(before + "b:" + key), bad_key) << key;
  }
  EXPECT_EQ(keys_outcome(before + "b"), bad_key);
  const std::string bad_permission = "keys:1: a permission is malformed";
  for (const char* permissions : {":", ":,", ":a,,b", ":a b", ": a"}) {
    EXPECT_EQ(keys_outcome("a:" + kA + permissions), bad_permission) << permissions;
  }
}

TEST(ServiceKeys, AreReadAgainWhenTheFileChangesAndKeptWhenItIsBroken) {
  TestFolder folder;
  const auto keys = make(folder.write("keys", "a:" + kA));
  folder.write("keys", "b:" + kB);
  keys->reload_if_changed();
  EXPECT_EQ(name_of(*keys, kA), "nobody");
  EXPECT_EQ(name_of(*keys, kB), "b");
  folder.write("keys", "b");
  keys->reload_if_changed();
  EXPECT_EQ(name_of(*keys, kB), "b");
  std::filesystem::remove(folder.path("keys"));
  keys->reload_if_changed();
  EXPECT_EQ(name_of(*keys, kB), "b");
  folder.write("keys", "");
  keys->reload_if_changed();
  EXPECT_EQ(name_of(*keys, kB), "nobody");
}

TEST(ServiceKeys, ThatOthersMayReadAreRefused) {
  using std::filesystem::perms;
  TestFolder folder;
  const std::string path = folder.write("keys", "a:" + kA);
  for (const perms open : {perms::group_read, perms::others_read, perms::others_write,
                           perms::group_write, perms::others_exec}) {
    std::filesystem::permissions(path, perms::owner_read | open);
    const auto keys = ServiceKeys::make(path);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Code::bad_configuration);
    EXPECT_EQ(keys.error().message, path + ": others than its owner may read it; chmod 600 it");
  }
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
  EXPECT_TRUE(ServiceKeys::make(path)) << "what the message says";
}

TEST(ServiceKeys, ThatOthersMayReadFromNowOnAreNotTaken) {
  TestFolder folder;
  const auto keys = make(folder.write("keys", "a:" + kA));
  const std::string path = folder.write("keys", "b:" + kB);
  std::filesystem::permissions(path, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  keys->reload_if_changed();
  EXPECT_EQ(name_of(*keys, kA), "a");
  EXPECT_EQ(name_of(*keys, kB), "nobody");
}

TEST(ServiceKeys, WithoutAnyAreRefusedAtTheStart) {
  TestFolder folder;
  for (const char* text : {"", "\n", "# none yet\n"}) {
    const auto keys = ServiceKeys::make(folder.write("keys", text));
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().message, folder.path("keys") + ": it has no key");
  }
}

TEST(ServiceKeys, ThatCannotBeReadAreABadConfiguration) {
  TestFolder folder;
  const auto keys = ServiceKeys::make(folder.path("missing"));
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, Code::bad_configuration);
  EXPECT_THAT(keys.error().message, HasSubstr(folder.path("missing")));
  EXPECT_FALSE(ServiceKeys::make(folder.write("big", std::string((1 << 20) + 1, '#'))));
}

}  // namespace
}  // namespace courtside
