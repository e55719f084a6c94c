#include "eventlog/record_block.h"

namespace courtside {

Result<Record> RecordBlock::at(std::size_t index) const {
  const Item& item = items_[index];
  auto view = verify_record(std::string_view(*shared_).substr(item.begin, item.size_bytes));
  if (!view) {
    Error error = view.error();
    error.message =
        "the record at offset " + std::to_string(item.offset.value()) + ": " + error.message;
    return fail(std::move(error));
  }
  if (view->offset() != item.offset) {
    return fail(Code::data_corrupt, "the record at offset " + std::to_string(item.offset.value()) +
                                        " says that it stands at " +
                                        std::to_string(view->offset().value()));
  }
  return Record(shared_, view->bytes());
}

}  // namespace courtside
