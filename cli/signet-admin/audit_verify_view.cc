#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/audit_views.h"
#include "cli/terminal/table.h"

namespace signet::admin {
namespace {

namespace json = boost::json;
using rules::LogFinding;
using terminal::Tone;

std::string head_of(const std::optional<rules::ChainHead>& head) { return head ? to_string(*head) : "-"; }

std::string place_of(const FileNames& files, const LogFinding& finding) {
  if (!finding.place) return {};
  std::string place = fmt::format("{}:{}", files[finding.place->file], finding.place->line);
  if (finding.until) place += fmt::format(" and {}:{}", files[finding.until->file], finding.until->line);
  return place + ": ";
}

std::string lines_of(const FileNames& files, const rules::LogFindings& findings, bool colour) {
  std::string text;
  for (const auto& finding : findings.kept())
    text += paint(terminal::printable(place_of(files, finding) + finding.sentence), Tone::bad, colour) + "\n";
  if (const auto more = findings.count() - findings.kept().size(); more > 0)
    text += paint(fmt::format("and {} more of these", more), Tone::bad, colour) + "\n";
  return text;
}

std::vector<rules::LogNote> notes_of(const VerifyResult& result) {
  auto notes = result.log.notes;
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) notes.push_back({.sentence = fmt::format("{} {}", count, what)});
  };
  if (result.log.lines == 0) notes.push_back({.sentence = "The log has no line."});
  for (const auto& name : result.left_out)
    notes.push_back({.sentence = fmt::format("\"{}\" is compressed and was left out.", name)});
  add(result.log.lost,
      "JWTs may have been signed that nobody got by way of the log, for the answer was lost: \"lost\" in it.");
  add(result.half_signatures, "lines of signet-token's record are half ones: a write was cut off.");
  if (!result.account) return notes;
  add(result.account->lost, "signatures broke off on their way back; the log tells of their input (lost).");
  add(result.account->before_the_log, "signatures are older than the log's first line and were not looked for.");
  add(result.account->too_young, "signatures are younger than --grace allows and may get their line yet.");
  add(result.account->other_keys,
      "lines are of keys or times that the record given does not reach, and were not looked for in it.");
  return notes;
}

std::string lines_of(const FileNames& files, const std::vector<rules::LogNote>& notes) {
  std::string text;
  for (const auto& note : notes) {
    const auto place = note.place ? fmt::format("{}:{}: ", files[note.place->file], note.place->line) : std::string();
    text += terminal::printable("note: " + place + note.sentence) + "\n";
  }
  return text;
}

json::object json_of(const FileNames& files, const LogFinding& finding) {
  json::object object{{"kind", to_string(finding.kind)}};
  if (finding.place) {
    object["file"] = files[finding.place->file];
    object["line"] = finding.place->line;
  }
  if (finding.until) {
    object["until_file"] = files[finding.until->file];
    object["until_line"] = finding.until->line;
  }
  object["sentence"] = finding.sentence;
  return object;
}

void append(json::array& list, const FileNames& files, const rules::LogFindings& findings) {
  for (const auto& finding : findings.kept()) list.push_back(json_of(files, finding));
}

json::value json_of(const std::optional<rules::AccountReport>& account) {
  if (!account) return nullptr;
  return json::object{{"signatures", account->signatures},
                      {"without_line", account->without_line.count()},
                      {"never_signed", account->never_signed.count()},
                      {"lost", account->lost},
                      {"before_the_log", account->before_the_log},
                      {"too_young", account->too_young},
                      {"other_keys", account->other_keys}};
}

json::array json_of(const FileNames& files, const std::vector<rules::LogNote>& notes) {
  json::array list;
  for (const auto& note : notes) {
    json::object object;
    if (note.place) {
      object["file"] = files[note.place->file];
      object["line"] = note.place->line;
    }
    object["sentence"] = note.sentence;
    list.push_back(std::move(object));
  }
  return list;
}

json::value or_null(const std::optional<rules::ChainHead>& head) {
  return head ? json::value(to_string(*head)) : json::value(nullptr);
}

}  // namespace

bool VerifyResult::is_good() const {
  return log.findings.empty() && damaged.empty() &&
         (!account || (account->without_line.empty() && account->never_signed.empty() && account->begun_anew.empty()));
}

namespace {

terminal::Cell result_of(const VerifyResult& result) {
  if (!result.is_good()) return {"NOT GOOD", Tone::bad};
  if (result.log.lost == 0) return {"good", Tone::good};
  return {fmt::format("good but for {} lost", result.log.lost), Tone::doubtful};
}

}  // namespace

std::string view(const VerifyResult& result, bool colour) {
  std::string text;
  if (result.account) text += lines_of(result.files, result.account->without_line, colour);
  text += lines_of(result.files, result.log.findings, colour);
  if (result.account) {
    text += lines_of(result.files, result.account->begun_anew, colour);
    text += lines_of(result.files, result.account->never_signed, colour);
  }
  text += lines_of(result.files, result.damaged, colour);
  text += lines_of(result.files, notes_of(result));
  std::vector<std::pair<std::string, terminal::Cell>> fields{
      {"Result", result_of(result)},
      {"Lines", {fmt::format("{}", result.log.lines)}},
      {"First", {head_of(result.log.first)}},
      {"Head", {head_of(result.log.head)}},
      {"Heads from outside", {fmt::format("{} found", result.log.heads_found)}},
      {"Lost", {fmt::format("{}", result.log.lost), result.log.lost == 0 ? Tone::plain : Tone::doubtful}}};
  if (result.account) fields.push_back({"Signatures", {fmt::format("{}", result.account->signatures)}});
  return text + render_fields(fields, colour);
}

std::string json_of(const VerifyResult& result) {
  json::array findings;
  auto count = result.log.findings.count();
  if (result.account) {
    append(findings, result.files, result.account->without_line);
    append(findings, result.files, result.account->begun_anew);
    append(findings, result.files, result.account->never_signed);
    count += result.account->without_line.count() + result.account->begun_anew.count() +
             result.account->never_signed.count();
  }
  append(findings, result.files, result.damaged);
  count += result.damaged.count();
  append(findings, result.files, result.log.findings);
  return json::serialize(json::object{{"good", result.is_good()},
                                      {"lines", result.log.lines},
                                      {"first", or_null(result.log.first)},
                                      {"head", or_null(result.log.head)},
                                      {"heads_found", result.log.heads_found},
                                      {"torn", result.log.torn},
                                      {"lost_lines", result.log.lost},
                                      {"findings_count", count},
                                      {"findings", std::move(findings)},
                                      {"signed", json_of(result.account)},
                                      {"notes", json_of(result.files, notes_of(result))}}) +
         "\n";
}

}  // namespace signet::admin
