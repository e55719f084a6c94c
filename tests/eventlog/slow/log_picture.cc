#include "log_picture.h"

#include <stdexcept>

#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside::story {
namespace {

std::string picture_of(const Record& record) {
  std::string text = std::to_string(record->offset().value()) + " v" +
                     std::to_string(record->subject_version()) + " at " +
                     std::to_string(record->recorded().value()) + " in";
  for (const std::string_view channel : record->channels()) text.append(" ").append(channel);
  return text.append(": ").append(record->event().bytes());
}

// Counts an answer: the expected one, an error with a name, or a wrong one.
class Comparison {
 public:
  template <typename Answer>
  bool is_error(const Result<Answer>& answer, const std::string& asked) {
    if (answer) return false;
    if (answer.error().code == Code::data_corrupt) {
      ++found_.errors;
    } else {
      wrong(asked + ": " + answer.error().message);
    }
    return true;
  }
  void wrong(const std::string& what) {
    if (found_.wrong.empty()) found_.wrong = what;
  }
  LogPicture::Compared result() const { return found_; }

 private:
  LogPicture::Compared found_;
};

}  // namespace

LogPicture::LogPicture(const EventLog& log) : held_(log.held()) {
  const auto scan = log.scan(held_, Direction::kAscending);
  for (;;) {
    const auto record = scan->next();
    if (!record) throw std::runtime_error(record.error().message);
    if (!*record) break;
    const Offset offset = (**record)->offset();
    records_[offset.value()] = picture_of(**record);
    ids_[std::string((**record)->event().id())] = offset.value();
    const std::string subject((**record)->event().subject());
    subjects_[subject] = describe(log.subject(subject).value());
    postings_[subject_term(subject)].push_back(offset);
    for (const std::string_view channel : (**record)->channels()) {
      std::vector<Offset>& offsets = postings_[channel_term(channel)];
      if (offsets.empty() || offsets.back() != offset) offsets.push_back(offset);
    }
  }
  if (records_.size() != held_.count()) throw std::runtime_error("a hole");
}

LogPicture::Compared LogPicture::compare(const EventLog& log) const {
  Comparison seen;
  if (log.held().begin != held_.begin || log.held().end != held_.end) {
    seen.wrong("the log has " + describe(log.held()) + " instead of " + describe(held_));
  }
  const auto scan = log.scan(held_, Direction::kAscending);
  for (const auto& [offset, text] : records_) {
    const std::string name = "record " + std::to_string(offset);
    const auto record = scan->next();
    if (seen.is_error(record, name)) break;
    if (!*record || picture_of(**record) != text) seen.wrong(name + " differs in a scan");
  }
  for (const auto& [offset, text] : records_) {
    const std::string name = "record " + std::to_string(offset);
    const auto read = log.read({Offset(offset)});
    if (seen.is_error(read, name)) continue;
    if (read->size() != 1 || picture_of(read->front()) != text) seen.wrong(name + " differs");
  }
  for (const auto& [id, offset] : ids_) {
    const auto found = log.find(key_of(id));
    if (seen.is_error(found, "id " + id)) continue;
    if (*found != Offset(offset)) seen.wrong("id " + id + " is elsewhere");
  }
  for (const auto& [subject, text] : subjects_) {
    const auto state = log.subject(subject);
    if (seen.is_error(state, subject)) continue;
    if (describe(*state) != text) seen.wrong(subject + " has " + describe(*state));
  }
  for (const auto& [term, offsets] : postings_) {
    const std::string answer = describe(*log.postings(term, held_, Direction::kAscending));
    if (answer.ends_with("data_corrupt")) {
      seen.is_error(Result<void>(fail(Code::data_corrupt, "")), term);
    } else if (answer != describe(offsets)) {
      seen.wrong("term " + term + " has " + answer);
    }
  }
  return seen.result();
}

}  // namespace courtside::story
