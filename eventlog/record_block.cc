#include "eventlog/record_block.h"

#include "base/format.h"

namespace courtside {

Result<Record> RecordBlock::at(std::size_t index) const {
  const Item& item = items_[index];
  auto view = verify_record(std::string_view(*shared_).substr(item.begin, item.size_bytes));
  if (!view) {
    Error error = view.error();
    error.message = format("the record at offset {}: {}", item.offset, error.message);
    return fail(std::move(error));
  }
  if (view->offset() != item.offset) {
    return fail(Code::data_corrupt,
                format("the record at offset {} contains offset {}", item.offset, view->offset()));
  }
  return Record(shared_, view->bytes());
}

}  // namespace courtside
