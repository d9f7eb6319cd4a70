#include "api/cli/copying/snapshot.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "infra/log/offline_log.h"
#include "infra/storage/rocks_store.h"
#include "projections/open_views.h"

namespace dialin::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kFile = "/snapshot.json";
constexpr std::string_view kKafka = "kafka";
constexpr std::string_view kEmbedded = "embedded";

std::string damaged(const std::string& dir, const std::string& what) {
  return "the snapshot in " + dir + " cannot be used: " + what + ". Make another one with 'dialin snapshot'";
}

/// All that belongs to it; the lock does not.
void list(const std::string& dir, json::array& files, json::array& links) {
  for (const char* part : {"log", "views"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(dir) / part)) {
      const std::string name = entry.path().lexically_relative(dir).string();
      if (entry.is_symlink()) {
        links.push_back(json::object{{"name", name}, {"to", fs::read_symlink(entry.path()).string()}});
      } else if (entry.is_regular_file() && name != "log/lock") {
        files.push_back(json::object{{"name", name}, {"bytes", entry.file_size()}});
      }
    }
  }
}

/// Whoever made the file may have meant harm: nothing outside of the directory is named.
bool is_within(const std::string& name) {
  const fs::path path(name);
  if (path.is_absolute() || (!name.starts_with("log/") && !name.starts_with("views/"))) return false;
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

/// Throws what the parser throws of a file that says something else.
Snapshot parse(const std::string& text) {
  const json::object said = json::parse(text).as_object();
  Snapshot snapshot;
  const auto log = LogId::parse(json::value_to<std::string>(said.at("log")));
  const auto id = RecordId::parse(json::value_to<std::string>(said.at("id")));
  if (!log || !id) throw std::invalid_argument("ids");
  snapshot.log = *log;
  snapshot.id = *id;
  snapshot.sequence = {said.at("sequence").to_number<std::uint64_t>()};
  snapshot.is_shared = said.at("kind").as_string() == kKafka;
  for (const json::value& file : said.at("files").as_array()) {
    snapshot.files.push_back({json::value_to<std::string>(file.at("name")), file.at("bytes").to_number<std::uint64_t>()});
  }
  for (const json::value& link : said.at("links").as_array()) {
    snapshot.links.push_back({json::value_to<std::string>(link.at("name")), json::value_to<std::string>(link.at("to"))});
  }
  return snapshot;
}

/// What is wrong with the files that it names; empty: nothing.
std::string check_files(const std::string& dir, const Snapshot& snapshot) {
  for (const auto& [name, bytes] : snapshot.files) {
    if (!is_within(name)) return "it names a file outside of it: " + name;
    std::error_code missing;
    const auto found = fs::file_size(dir + "/" + name, missing);
    if (missing) return name + " is missing";
    if (found != bytes) return name + " has " + std::to_string(found) + " bytes, and had " + std::to_string(bytes);
  }
  for (const auto& [name, to] : snapshot.links) {
    if (!is_within(name) || fs::path(to).has_parent_path() || to == "..") return "it names a place outside of it: " + name;
  }
  return {};
}

/// Whether log and views end where it says. Throws StoreFailure.
std::string check_ends(log::FileLayer& files, const std::string& dir, const Snapshot& snapshot) {
  const auto log = log::OfflineLog::open(files, dir + "/log");
  if (!log) return log.error().text;
  if ((*log)->id() != snapshot.log) return "its log is another one, " + (*log)->id().text();
  const Tail tail = (*log)->tail();
  if (tail.sequence != snapshot.sequence || tail.id != snapshot.id)
    return "its log ends with record " + std::to_string(tail.sequence.value) + ", id " + tail.id.hex();
  const auto place = projections::place_of(*storage::open_rocks_reader(projections::current_views(dir + "/views")));
  if (place.log != snapshot.log || place.position.sequence != snapshot.sequence || place.position.id != snapshot.id)
    return "its views do not stand where its log ends";
  return {};
}

}  // namespace

bool is_snapshot(const std::string& dir) {
  return fs::exists(dir + kFile);
}

std::string write_snapshot(log::FileLayer& files, const std::string& dir, const Replayed& replayed) {
  json::array all;
  json::array links;
  try {
    list(dir, all, links);
  } catch (const fs::filesystem_error& error) {
    return error.what();
  }
  const json::object said{{"log", replayed.log.text()},
                          {"sequence", replayed.tail.sequence.value},
                          {"id", replayed.tail.id.hex()},
                          {"time", replayed.tail.time.rfc3339()},
                          {"kind", replayed.is_shared ? kKafka : kEmbedded},
                          {"files", std::move(all)},
                          {"links", std::move(links)}};
  const auto file = files.open(dir + kFile, log::FileLayer::Mode::create);
  log::Errno error = file ? (*file)->write(json::serialize(said) + "\n", 0) : file.error();
  if (!error.failed()) error = (*file)->sync();
  return error.failed() ? dir + kFile + " cannot be written: " + error.text() : std::string();
}

Result<Snapshot, std::string> read_snapshot(const std::string& dir) {
  if (!is_snapshot(dir)) return dir + " is no snapshot: 'dialin snapshot --out " + dir + "' makes one";
  std::ostringstream text;
  text << std::ifstream(dir + kFile).rdbuf();
  try {
    return parse(text.str());
  } catch (const std::exception&) {  // the parser's, or of what is missing
    return damaged(dir, "snapshot.json is not as it was written");
  }
}

std::string check_snapshot(log::FileLayer& files, const std::string& dir, const Snapshot& snapshot) {
  try {
    auto why = check_files(dir, snapshot);
    if (why.empty()) why = check_ends(files, dir, snapshot);
    return why.empty() ? why : damaged(dir, why);
  } catch (const StoreFailure& failure) {
    return damaged(dir, failure.what());
  }
}

}  // namespace dialin::cli
