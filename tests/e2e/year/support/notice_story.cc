// A notification's delivery to an account: over some channels, at the first or second attempt or
// not at all; and whether it is seen and read.
#include "tests/e2e/year/support/year_world.h"

namespace courtside::e2e {
namespace {

struct Notice {
  std::string id;
  YearNotice about;
  std::string created = {};

  Fields fields() const {
    Fields data;
    data.text("notificationId", id)
        .text("accountId", about.account)
        .text("bookingId", about.booking);
    return data;
  }
  std::string subject() const { return "notification:" + id; }
};

void dispatch(YearWorld& world, const Notice& notice, const char* channel, int attempt) {
  const auto write = [notice, channel, attempt, &world](const char* type, const std::string& cause,
                                                        const char* code) {
    Fields data = notice.fields();
    data.text("channel", channel).raw("attempt", std::to_string(attempt));
    if (code != nullptr) data.text("code", code);
    return world.write(type, notice.subject(), data,
                       {system_actor(), notice.about.correlation, cause});
  };
  const std::string dispatched = write("notification.dispatched", notice.created, nullptr);
  const bool arrives = world.chance(88);
  world.after(world.between(kSecond / 5, 30 * kSecond), [=, &world] {
    if (arrives) {
      write("notification.delivered", dispatched, nullptr);
      return;
    }
    write("notification.failed", dispatched, "UNREACHABLE");
    if (attempt >= 3) return;
    world.after(5 * kMinute, [=, &world] { dispatch(world, notice, channel, attempt + 1); });
  });
}

void look(YearWorld& world, const Notice& notice) {
  const Pen pen{user_actor(notice.about.account), {}, notice.created};
  world.write("notification.seen", notice.subject(), notice.fields(), pen);
  if (!world.chance(60)) return;
  world.after(world.between(kSecond, kHour), [=, &world] {
    world.write("notification.read", notice.subject(), notice.fields(), pen);
  });
}

}  // namespace

void tell_notice(YearWorld& world, const YearNotice& about) {
  Notice notice{world.new_id("n_"), about};
  Fields data = notice.fields();
  data.text("kind", about.kind)
      .text("title", "About your booking")
      .text("body", "See you \u2013 or not.");
  notice.created = world.write("notification.created", notice.subject(), data,
                               {system_actor(), about.correlation, about.cause});
  struct Way {
    const char* channel;
    std::size_t percent;
  };
  for (const Way way : {Way{"IN_APP", 100}, Way{"EMAIL", 50}, Way{"PUSH", 30}, Way{"SMS", 15},
                        Way{"WHATSAPP", 8}}) {
    if (!world.chance(way.percent)) continue;
    world.after(world.between(kSecond / 10, 4 * kSecond),
                [=, &world] { dispatch(world, notice, way.channel, 1); });
  }
  if (world.chance(55))
    world.after(world.between(kMinute, kDay), [=, &world] { look(world, notice); });
}

}  // namespace courtside::e2e
