#include "host/record_file.h"

namespace signet::host {

Result<void> RecordFile::append(std::string_view line) {
  if (file_.valid() && file_.was_deleted()) reopen();
  if (!file_.valid()) SIGNET_TRY(open());
  // What an earlier failure left of a record gets a line of its own: readers skip one bad line instead of losing two
  // records.
  if (ends_in_half_a_line()) SIGNET_TRY(write("\n"));
  return write(line);
}

Result<void> RecordFile::open() {
  torn_ = true;
  // An operator may let us write and not read.
  Result<AppendFile> file = AppendFile::open(path_, AppendFile::Access::only_for_writing);
  if (!file) return fail(std::move(file.error().detail));
  file_ = *std::move(file);
  return {};
}

// The file itself is asked: what the process remembers ends with it, and several may write to one file.
bool RecordFile::ends_in_half_a_line() const {
  if (file_.size() == 0) return false;
  const Result<std::string> last = file_.tail(1);
  return last && !last->empty() ? *last != "\n" : torn_;
}

Result<void> RecordFile::write(std::string_view octets) {
  if (Result<void> written = file_.write(octets); !written) return fail(std::move(written.error().detail));
  torn_ = false;
  return {};
}

Result<void> RecordFile::fail(std::string detail) {
  reopen();
  return Unexpected(make_error(code_, std::move(detail)));
}

}  // namespace signet::host
