#include <memory>
#include <utility>

#include "base/json.h"
#include "engine/history/state_lists.h"
#include "engine/history/state_query.h"
#include "engine/history/state_view.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "schema/channel.h"

namespace courtside {
namespace {

// A request for a state, passed between the connection and the read threads.
struct StateQuestion {
  std::string at;
  Timestamp now;
  OffsetRange held;
  Identity reader;
  Filter traced;  // the filter of its audit event
  bool audited = false;
  Error not_found;
  StateRead read;
  bool resolved = false;
};
using SharedQuestion = std::shared_ptr<StateQuestion>;

Result<bool> read_on(const Services& services, StateQuestion& question) {
  if (!question.resolved) {
    const OffsetRange held = within(question.held, services.log.held());
    const Result<Offset> at = resolve_at(question.at, services.log, held, question.now);
    if (!at) return fail(at.error());
    question.read.at = *at;
    question.resolved = true;
  }
  const Result<bool> done =
      services.states.read_on(question.read, services.config.get()->limits.page_scanned);
  if (!done && done.error().code == Code::not_found) return fail(question.not_found);
  return done;
}

void answer_state(Exchange& exchange, const StateQuestion& question, const Result<bool>& done) {
  const bool is_there = done.has_value();
  if (question.audited && (is_there || done.error().code == Code::not_found)) {
    const auto traced = exchange.append_trace(question.reader, question.traced, is_there ? 1 : 0);
    if (!traced) return respond_error(exchange, traced.error());
  }
  if (!is_there) return respond_error(exchange, done.error());
  const State state = StateReader::state(question.read);
  JsonObject body;
  body.text("subject", question.read.subject).raw("state", state.json);
  body.text("position", format_position(exchange.services().log.epoch(), question.read.at));
  if (state.folded_from > 0) body.number("foldedfrom", state.folded_from);
  exchange.respond(json_response(body.take()));
}

// position_expired reveals that the subject existed. Only readers of the subject itself or of
// everything get it; for others the subject does not exist.
void answer_expired(Exchange& exchange, const SharedQuestion& question, const Error& expired) {
  const auto respond_by_grant = [question, expired](Exchange& asker,
                                                    const Result<ReadGrant>& grant) {
    const Result<ReadGrant> known = denial_as_not_found(grant, question->not_found);
    answer_state(asker, *question, fail(known ? expired : known.error()));
  };
  const auto known = exchange.services().access.check_read_any(
      question->reader, {question->read.subject, "*"}, ReadMode::kHistory,
      exchange.later<ReadGrant>(respond_by_grant));
  if (known) respond_by_grant(exchange, *known);
}

// Reads piece by piece, so that other reads run between the pieces.
void read_state(Exchange& exchange, const SharedQuestion& question, int pieces_left) {
  if (pieces_left == 0) {
    return respond_error(exchange,
                         {Code::overloaded, "the state takes too long to read: try again"});
  }
  exchange.read_history(question->reader, [&services = exchange.services(), question, pieces_left] {
    const Result<bool> done = read_on(services, *question);
    return [question, pieces_left, done](Exchange& asker) {
      if (done && !*done) return read_state(asker, question, pieces_left - 1);
      // An error of the position itself reveals nothing about the subject.
      const bool is_gone = !done && done.error().code == Code::position_expired;
      if (is_gone && question->resolved) return answer_expired(asker, question, done.error());
      answer_state(asker, *question, done);
    };
  });
}

// A reader of everything sees the state as `*`; others through the granted channels.
void show_state(Exchange& exchange, const SharedQuestion& question,
                const Result<ReadGrant>& grant) {
  exchange.admission().counted(grant);
  const Result<ReadGrant> shown = denial_as_not_found(grant, question->not_found);
  if (!shown) return respond_error(exchange, shown.error());
  question->read.view = view_by_channels(exchange.services().projections, shown->channels,
                                         shown->unmasked_permissions);
  const bool sees_all = question->read.view.key.empty();
  question->audited =
      shown->audited || (sees_all && question->reader.kind != Identity::Kind::kAdministrator);
  question->traced.channels = sees_all ? std::vector<std::string>{"*"} : shown->channels;
  question->traced.subject = question->read.subject;
  read_state(exchange, question, kStatePiecesMax);
}

// Makes a page of a list on a read thread.
template <typename Answer>
void answer_list(Exchange& exchange, const Identity& reader, const Filter& traced, bool audited,
                 Answer answer) {
  exchange.read_history(reader, [reader, traced, audited, answer] {
    Result<ListAnswer> page = answer();
    return [reader, traced, audited, page = std::move(page)](Exchange& asker) {
      if (!page) return respond_error(asker, page.error());
      if (audited) {
        const auto done = asker.append_trace(reader, traced, page->rows);
        if (!done) return respond_error(asker, done.error());
      }
      asker.respond(json_response(page->body));
    };
  });
}

StateLists lists_of(const Services& services) {
  return {.log = services.log,
          .pages = services.pages,
          .states = services.states,
          .scanned_max = services.config.get()->limits.page_scanned};
}

const Error kNoSuchPath{Code::not_found, kNothingAtPath};

}  // namespace

void get_state(Exchange& exchange, const std::string& segment, const HttpRequest& request,
               const Identity& reader) {
  const Result<std::string> subject = percent_decode(segment);
  if (!subject) return exchange.respond(problem(subject.error()));
  const Result<StateQuery> query = parse_state_query(request.query());
  if (!query) return exchange.respond(problem(query.error()));
  const Error not_found{Code::not_found,
                        "there is no such subject, or there was none then, or you may not read it"};
  if (!is_channel(*subject)) return exchange.respond(problem(not_found));

  const Services& services = exchange.services();
  const auto question = std::make_shared<StateQuestion>(
      StateQuestion{.at = query->at,
                    .now = now(),
                    .held = readable(services),
                    .reader = reader,
                    .traced = {},
                    .audited = false,
                    .not_found = not_found,
                    .read = StateRead{.subject = *subject, .at = {}, .view = {}}});
  const auto show = [question](Exchange& asker, const Result<ReadGrant>& grant) {
    show_state(asker, question, grant);
  };
  const auto later = exchange.later<ReadGrant>(show);
  const auto known =
      query->channels.empty()
          ? services.access.check_read_any(reader, {*subject, "*"}, ReadMode::kHistory, later)
          : services.access.check_read(reader, query->channels, ReadMode::kHistory, later);
  if (known) show(exchange, *known);
}

void get_calendar(Exchange& exchange, const std::string& segment, const HttpRequest& request,
                  const Identity& reader) {
  const Result<std::string> venue = percent_decode(segment);
  if (!venue) return exchange.respond(problem(venue.error()));
  const Services& services = exchange.services();
  const Timestamp asked_at = now();
  const Result<CalendarQuery> query =
      parse_calendar_query(request.query(), services.config.get()->limits.history_events, asked_at);
  if (!query) return exchange.respond(problem(query.error()));
  if (!is_channel_id(*venue)) return exchange.respond(problem(kNoSuchPath));

  const auto show = [venue = *venue, query = *query, reader, asked_at, held = readable(services)](
                        Exchange& asker, const Result<ReadGrant>& grant) {
    asker.admission().counted(grant);
    if (!grant) return respond_error(asker, grant.error());
    // The first readable channel shows more, so it is the one that is read and audited.
    const std::string channel = grant->channels.front();
    const bool audited = !grant->traced.empty() && grant->traced.front() == channel;
    const Services& host = asker.services();
    Filter traced;
    traced.channels = {channel};
    traced.types = {"slot.*"};
    const auto answer = [&host, query, venue, held, asked_at, channel,
                         unmasked_permissions = grant->unmasked_permissions] {
      return answer_calendar(lists_of(host), query, venue, within(held, host.log.held()), asked_at,
                             channel,
                             view_of_slots(host.projections, channel, unmasked_permissions));
    };
    answer_list(asker, reader, traced, audited, answer);
  };
  const auto known =
      services.access.check_read_any(reader, {"venue:" + *venue, "availability:" + *venue},
                                     ReadMode::kHistory, exchange.later<ReadGrant>(show));
  if (known) show(exchange, *known);
}

void get_notifications(Exchange& exchange, const std::string& segment, const HttpRequest& request,
                       const Identity& reader) {
  const Result<std::string> account = percent_decode(segment);
  if (!account) return exchange.respond(problem(account.error()));
  const Services& services = exchange.services();
  const Result<NotificationsQuery> query = parse_notifications_query(
      request.query(), services.config.get()->limits.history_events, now());
  if (!query) return exchange.respond(problem(query.error()));
  if (!is_channel_id(*account)) return exchange.respond(problem(kNoSuchPath));

  const auto show = [account = *account, query = *query, reader, held = readable(services)](
                        Exchange& asker, const ReadGrant& grant) {
    const Services& host = asker.services();
    Filter traced;
    traced.channels = grant.channels;
    traced.types = {"notification.*"};
    traced.since = query.since;
    traced.until = query.until;
    answer_list(asker, reader, traced, grant.audited, [&host, query, account, held] {
      return answer_notifications(lists_of(host), query, account, within(held, host.log.held()));
    });
  };
  with_read_grant(exchange, reader, {"user:" + *account}, ReadMode::kHistory, show);
}

}  // namespace courtside
